"""Take a supporting document into its file."""

from __future__ import annotations

from quoting.domain.agenda import Happening
from quoting.domain.membership_file import MembershipFile
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
        work.commit()


def take_in(work: Work, file: MembershipFile, document_id: str, kind: str) -> None:
    """Put a document into a file and say so when it is the file's first; one that is there already changes nothing."""
    if file.holds(document_id):
        return
    transmitted = file.receive(document_id, kind, at=work.now)
    quote = work.quotes.get(file.quote_id)
    note(work, quote, Happening.PIECE_RECEIVED, detail=file.piece(document_id).label)
    if transmitted:
        note(work, quote, Happening.FILE_TRANSMITTED)
        work.publish(
            "quoting.file.transmitted.v1",
            subject=file.id,
            data={"subscription_id": file.subscription_id, "file_id": file.id, "broker_id": file.broker_id},
        )
