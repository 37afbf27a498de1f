"""Accept or refuse a supporting document."""

from __future__ import annotations

from quoting.domain.agenda import Happening
from quoting.domain.membership_file import MembershipFile
from quoting.domain.pieces import SIGNED_APPLICATION, SIGNED_MANDATE, PieceOutcome
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import SignatureMode, SignatureState
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow

_DECIDED = {PieceOutcome.ACCEPTED: Happening.PIECE_ACCEPTED, PieceOutcome.REFUSED: Happening.PIECE_REFUSED}


def decide_piece(
    *, uow: Uow, file_id: str, document_id: str, outcome: PieceOutcome, reason: str | None, manager_id: str
) -> MembershipFile:
    """Record the verdict. The papers signed by hand, both accepted, make the request signed (F-348).

    Raises NotFound("file"), PieceUnknown, FileClosed, ReasonMissing.
    """
    with uow() as work:
        file = work.files.get(file_id)
        file.decide(document_id, outcome, reason=reason, by=manager_id, at=work.now)
        quote = work.quotes.get(file.quote_id)
        note(work, quote, _DECIDED[outcome], detail=_detail(file, document_id))
        subscription = work.subscriptions.get(file.subscription_id)
        if (
            subscription.signature_mode is SignatureMode.HANDWRITTEN
            and subscription.signature is SignatureState.IN_PROGRESS
            and file.accepted((SIGNED_APPLICATION, SIGNED_MANDATE))
        ):
            subscription.sign_by_hand(signed_at=work.now, signed_on=work.today)
            note(work, quote, Happening.SIGNED_BY_HAND)
            if quote.status in {QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES}:
                quote.subscribe()
        work.commit()
    return file


def _detail(file: MembershipFile, document_id: str) -> str:
    piece = file.piece(document_id)
    return piece.label if piece.reason is None else f"{piece.label}. Motif\u00a0: {piece.reason}"
