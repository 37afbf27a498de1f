"""Take note of what became of the signing ceremony."""

from __future__ import annotations

from datetime import datetime

from plumbing.clock import paris_date
from plumbing.errors import NotFound
from quoting.domain.agenda import Happening
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import SealedPaper, SignatureMode, SignatureState
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow
from quoting.usecases.submit_subscription import RENDER_PAPERS
from quoting.usecases.tell_quote_end import tell_declined

_ENDED = {
    SignatureState.REFUSED: Happening.SIGNATURE_REFUSED,
    SignatureState.FAILED: Happening.SIGNATURE_FAILED,
    SignatureState.EXPIRED: Happening.SIGNATURE_EXPIRED,
}


def record_signed(*, uow: Uow, subscription_id: str, ceremony_id: str, reference: str, signed_at: datetime) -> None:
    """The client signed: the field becomes « Signé » and the quote « Souscrit »."""
    with uow() as work:
        subscription = work.subscriptions.get(subscription_id)
        if subscription.signature is SignatureState.IN_PROGRESS:
            subscription.sign(
                ceremony_id=ceremony_id, reference=reference, signed_at=signed_at, signed_on=paris_date(signed_at)
            )
            quote = work.quotes.get(subscription.quote_id)
            if quote.status in {QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES}:
                quote.subscribe()
            note(work, quote, Happening.SIGNED_ELECTRONICALLY)
        work.commit()


def record_unsigned(*, uow: Uow, subscription_id: str, ceremony_id: str, outcome: SignatureState) -> None:
    """The ceremony ended unsigned. A refusal declines the quote; otherwise a new version may replace it (A-11)."""
    with uow() as work:
        subscription = work.subscriptions.get(subscription_id)
        if subscription.signature is SignatureState.IN_PROGRESS:
            subscription.end_signature(outcome, ceremony_id=ceremony_id)
            quote = work.quotes.get(subscription.quote_id)
            note(work, quote, _ENDED[outcome])
            if outcome is SignatureState.REFUSED and quote.status is QuoteStatus.AWAITING_VALIDATION:
                quote.decline()
                note(work, quote, Happening.QUOTE_DECLINED)
                tell_declined(work, quote)
        work.commit()


def record_on_paper(*, uow: Uow, subscription_id: str, ceremony_id: str) -> None:
    """The adviser ended the ceremony to go on with paper: as if the client had chosen so, from the papers on."""
    with uow() as work:
        # The file first, as the managers' acts do: two that wait for each other would both fail.
        file = work.files.of_subscription(subscription_id)
        if file is None:
            raise NotFound("file")
        subscription = work.subscriptions.get(subscription_id)
        electronic = subscription.signature_mode is SignatureMode.ELECTRONIC
        if electronic and subscription.signature is SignatureState.IN_PROGRESS:
            subscription.go_on_by_hand(ceremony_id=ceremony_id)
            file.ask_for_signed_papers()
            note(work, work.quotes.get(subscription.quote_id), Happening.SIGNATURE_ON_PAPER)
            key = f"{RENDER_PAPERS}:{subscription_id}:by_hand"
            work.schedule(RENDER_PAPERS, {"subscription_id": subscription_id}, key=key)
        work.commit()


def record_sealed(
    *, uow: Uow, subscription_id: str, papers: tuple[SealedPaper, ...], evidence_document_id: str, sealed_at: datetime
) -> None:
    """The sealed papers and the evidence are stored."""
    with uow() as work:
        subscription = work.subscriptions.get(subscription_id)
        subscription.seal(papers, evidence_document_id=evidence_document_id, sealed_at=sealed_at)
        work.commit()
