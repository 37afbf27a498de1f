"""Keep that documents stored a file for a claim."""

from __future__ import annotations

from claims.usecases.ports import Begin, ReceivedDocument


def record_document(*, uow: Begin, document: ReceivedDocument) -> None:
    """Keep the document's id and sender; whether the sender may use it is judged when the claim is submitted."""
    with uow() as work:
        if not work.documents.of_claim(document.claim_id, [document.id]):
            work.documents.add(document)
        work.commit()
