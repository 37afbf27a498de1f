"""Accept or refuse a supporting document, sent as a file or by post, and correct that until the membership is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from plumbing.clock import paris_date
from quoting.domain.agenda import Happening
from quoting.domain.membership_file import DateRefused, MembershipFile, ReasonMissing
from quoting.domain.pieces import SIGNED_BY_HAND, Piece, PieceOutcome, PieceStatus
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import SignatureMode, SignatureState, Subscription
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow, Work
from quoting.usecases.receive_piece import note_papers_came, tell_received


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a manager says of a piece. `signed_on` is the date written on a paper signed by hand."""

    outcome: PieceOutcome
    reason: str | None
    manager_id: str
    signed_on: date | None = None


_DECIDED = {PieceOutcome.ACCEPTED: Happening.PIECE_ACCEPTED, PieceOutcome.REFUSED: Happening.PIECE_REFUSED}


def decide_piece(
    *, uow: Uow, file_id: str, document_id: str, verdict: Verdict, seen: PieceStatus = PieceStatus.RECEIVED
) -> MembershipFile:
    """Record the verdict on a piece that the manager saw as `seen`; the client is told of a refusal.

    Raises NotFound("file"), PieceUnknown, FileClosed, ReasonMissing, AlreadyDecided, SignedOnMissing, DateRefused.
    """
    with uow() as work:
        file = work.files.get(file_id)
        _judge(work, file, file.piece(document_id).code, verdict, seen, written_by=work.today)
        work.commit()
    return file


def receive_paper(*, uow: Uow, file_id: str, code: str, received_on: date, verdict: Verdict) -> MembershipFile:
    """Record a piece that came by post, and the verdict of the manager who has it in his hands (F-124, F-348).

    It may be the file's first, and then transmits it. Raises as `decide_piece`, and PieceNotAskedFor.
    """
    with uow() as work:
        file = work.files.get(file_id)
        _check_date("received_on", received_on, first=paris_date(file.opened_at), last=work.today)
        transmitted = file.receive_on_paper(code, received_on=received_on, at=work.now)
        tell_received(work, file, file.asked_for(code), transmitted=transmitted)
        note_papers_came(work, file)
        _judge(work, file, code, verdict, PieceStatus.RECEIVED, written_by=received_on)
        work.commit()
    return file


def correct_verdict(*, uow: Uow, file_id: str, code: str, verdict: Verdict, seen: PieceStatus) -> MembershipFile:
    """Put another verdict in the place of a piece's, whose `reason` says why; the one before stays in its history.

    A paper that came by post has no document to decide on: this is how its verdict is corrected. What was signed by
    hand awaits its signature again when the correction takes it away. Raises as `decide_piece`, and PieceNotAskedFor.
    """
    if not verdict.reason:
        raise ReasonMissing
    refused = verdict.outcome is PieceOutcome.REFUSED
    with uow() as work:
        file = work.files.get(file_id)
        _judge(
            work,
            file,
            code,
            replace(verdict, reason=verdict.reason if refused else None),
            seen,
            written_by=file.asked_for(code).paper_received_on or work.today,
            because=verdict.reason,
        )
        work.commit()
    return file


def _judge(
    work: Work,
    file: MembershipFile,
    code: str,
    verdict: Verdict,
    seen: PieceStatus,
    *,
    written_by: date,
    because: str | None = None,
) -> None:
    piece = file.asked_for(code)
    subscription = work.subscriptions.get(file.subscription_id)
    if verdict.signed_on is not None:
        _check_date("signed_on", verdict.signed_on, first=paris_date(subscription.submitted_at), last=written_by)
    file.decide(
        piece,
        verdict.outcome,
        reason=verdict.reason,
        by=verdict.manager_id,
        at=work.now,
        seen=seen,
        signed_on=verdict.signed_on if piece.kind in SIGNED_BY_HAND else None,
        because=because,
    )
    judged = file.asked_for(code)
    detail = judged.label if judged.reason is None else f"{judged.label}. Motif\u00a0: {judged.reason}"
    note(work, work.quotes.get(file.quote_id), _DECIDED[verdict.outcome], detail=detail)
    if verdict.outcome is PieceOutcome.REFUSED:
        _tell_client(work, file, subscription, judged)
    _await_signature_again(work, file, subscription)
    sign_when_complete(work, file, subscription)


def _await_signature_again(work: Work, file: MembershipFile, subscription: Subscription) -> None:
    """What made the request signed was corrected: it is not, or not on that day."""
    if subscription.signature_mode is not SignatureMode.HANDWRITTEN or subscription.signed_on is None:
        return
    if not file.is_signed_by_hand or subscription.signed_on != file.signed_on:
        subscription.await_signature_by_hand()
        quote = work.quotes.get(file.quote_id)
        note(work, quote, Happening.SIGNATURE_WITHDRAWN)
        if quote.status is QuoteStatus.SUBSCRIBED:
            quote.await_pieces()


def sign_when_complete(work: Work, file: MembershipFile, subscription: Subscription) -> None:
    """The papers signed by hand, both accepted, make the request signed on the later of their dates (F-348)."""
    if (
        subscription.signature_mode is SignatureMode.HANDWRITTEN
        and subscription.signature is SignatureState.IN_PROGRESS
        and file.is_signed_by_hand
    ):
        subscription.sign_by_hand(signed_at=work.now, signed_on=file.signed_on or work.today)
        quote = work.quotes.get(file.quote_id)
        note(work, quote, Happening.SIGNED_BY_HAND)
        if quote.status in {QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES}:
            quote.subscribe()


def _tell_client(work: Work, file: MembershipFile, subscription: Subscription, piece: Piece) -> None:
    identity, broker = subscription.identity, work.brokers.get(file.broker_id)
    work.publish(
        "quoting.piece.refused.v1",
        subject=file.id,
        data={
            "subscription_id": file.subscription_id,
            "file_id": file.id,
            "broker_id": file.broker_id,
        },
        sealed={
            "notifications": {
                "civility": identity.civility,
                "first_name": identity.first_name,
                "last_name": identity.last_name,
                "email": identity.email,
                "broker_email": broker.email if broker else None,
                "label": piece.label,
                "reason": piece.reason,
            }
        },
    )


def _check_date(field: str, day: date, *, first: date, last: date) -> None:
    if not first <= day <= last:
        raise DateRefused(field, first, last)
