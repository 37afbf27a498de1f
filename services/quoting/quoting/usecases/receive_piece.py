"""Take a supporting document into its file: as somebody sent it, or as it came by post."""

from __future__ import annotations

from quoting.domain.agenda import Happening
from quoting.domain.membership_file import MembershipFile
from quoting.domain.pieces import Piece
from quoting.domain.quote import QuoteStatus
from quoting.domain.subscription import SignatureMode, SignatureState
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow, Work


def receive_piece(*, uow: Uow, subscription_id: str, document_id: str, kind: str) -> None:
    """Receive a piece; the first one transmits the file to the managers (F-136).

    A client may send pieces before he submits, or the event may overtake his submission: such a piece is kept until
    the submission takes it in. Raises NotFound("subscription") when no quote leads to this subscription.
    """
    with uow() as work:
        file = work.files.of_subscription(subscription_id)
        if file is None:
            # A submission under way may have looked for early pieces already: wait for it, then look again.
            work.quotes.hold(subscription_id)
            file = work.files.of_subscription(subscription_id)
        if file is None:
            work.early_pieces.keep(subscription_id, document_id, kind)
        else:
            take_in(work, file, document_id, kind)
            note_papers_came(work, file)
        work.commit()


def announce_piece(*, uow: Uow, subscription_id: str, code: str, document_id: str) -> None:
    """Take note of which piece a document is that its sender stores. Raises NotFound, PieceNotAskedFor."""
    with uow() as work:
        # NotFound("subscription") for one that is not submitted: nothing is asked for yet.
        subscription = work.subscriptions.get(subscription_id)
        file = work.files.of_subscription(subscription.id)
        if file is not None:
            file.announce(code, document_id)
        work.commit()


def take_in(work: Work, file: MembershipFile, document_id: str, kind: str) -> None:
    """Put a document into a file and say so when it is the file's first; one that is there already changes nothing."""
    if file.holds(document_id):
        return
    transmitted = file.receive(document_id, kind, at=work.now)
    tell_received(work, file, file.piece(document_id), transmitted=transmitted)


def tell_received(work: Work, file: MembershipFile, piece: Piece, *, transmitted: bool) -> None:
    """Note a piece in the agenda; « Dossier transmis » lets the managers take the file up."""
    quote = work.quotes.get(file.quote_id)
    note(work, quote, Happening.PIECE_RECEIVED, detail=piece.label)
    if transmitted:
        note(work, quote, Happening.FILE_TRANSMITTED)
        work.publish(
            "quoting.file.transmitted.v1",
            subject=file.id,
            data={"subscription_id": file.subscription_id, "file_id": file.id, "broker_id": file.broker_id},
        )


def note_papers_came(work: Work, file: MembershipFile) -> None:
    """What is to be signed by hand began to come back: the quote awaits the rest of it (A-12)."""
    subscription = work.subscriptions.get(file.subscription_id)
    if (
        subscription.signature_mode is SignatureMode.HANDWRITTEN
        and subscription.signature is SignatureState.IN_PROGRESS
    ):
        quote = work.quotes.get(file.quote_id)
        if quote.status is QuoteStatus.AWAITING_VALIDATION:
            quote.await_pieces()
