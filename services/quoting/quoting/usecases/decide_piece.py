"""Accept or refuse a supporting document."""

from __future__ import annotations

from quoting.domain.membership_file import MembershipFile
from quoting.domain.pieces import SIGNED_APPLICATION, SIGNED_MANDATE, PieceOutcome
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import SignatureMode, SignatureState
from quoting.usecases.ports import Uow


def decide_piece(
    *, uow: Uow, file_id: str, document_id: str, outcome: PieceOutcome, reason: str | None, manager_id: str
) -> MembershipFile:
    """Record the verdict. The papers signed by hand, both accepted, make the request signed (F-348).

    Raises NotFound("file"), PieceUnknown, FileClosed, ReasonMissing.
    """
    with uow() as work:
        file = work.files.get(file_id)
        file.decide(document_id, outcome, reason=reason, by=manager_id, at=work.now)
        subscription = work.subscriptions.get(file.subscription_id)
        if (
            subscription.signature_mode is SignatureMode.HANDWRITTEN
            and subscription.signature is SignatureState.IN_PROGRESS
            and file.accepted((SIGNED_APPLICATION, SIGNED_MANDATE))
        ):
            subscription.sign_by_hand(signed_at=work.now, signed_on=work.today)
            quote = work.quotes.get(file.quote_id)
            if quote.status in {QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES}:
                quote.subscribe()
        work.commit()
    return file
