"""A ceremony was purged: its sealed files and its evidence go too. The record stays, without its file."""

from __future__ import annotations

from collections.abc import Callable, Collection

from documents.domain.document import DocumentState
from documents.usecases.ports import Work

DELETE_BYTES = "delete_bytes"
_SEALER = "service:signature"


def purge_ceremony(*, document_ids: Collection[str], uow: Callable[[], Work]) -> None:
    """Withdraw these at once and have their bytes deleted. Who keeps them, and how long, signature has decided.

    It speaks for what it stored itself: anything else under these ids stays. What is not here needs no purge.
    """
    with uow() as work:
        for document in work.documents.take(document_ids):
            if document.owner != _SEALER or document.state is DocumentState.PURGED:
                continue
            document.purge()
            # Deleting calls outside: it comes after this commit, and again until it is done.
            work.schedule(DELETE_BYTES, {"document_id": document.id}, key=f"{DELETE_BYTES}:{document.id}")
        work.commit()
