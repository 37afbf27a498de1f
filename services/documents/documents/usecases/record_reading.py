"""Note that somebody downloads a document, before its first byte goes out."""

from __future__ import annotations

from collections.abc import Callable

from documents.domain.access import Person
from documents.domain.reading import Reading
from documents.usecases.ports import Work
from plumbing.ids import new_id


def record_reading(*, person: Person, document_id: str, first: int, last: int, uow: Callable[[], Work]) -> None:
    """Keep who read which bytes and when, and say so to whom it may interest."""
    with uow() as work:
        work.readings.add(
            Reading(
                id=new_id(),
                tenant=work.tenant,
                document_id=document_id,
                actor=person.identifier,
                role=person.role,
                read_at=work.now,
                first=first,
                last=last,
            )
        )
        work.publish(
            "documents.document.read.v1",
            subject=document_id,
            data={"document_id": document_id, "reader": person.owner},
        )
        work.commit()
