"""The document: one file, its technical verdict, its owner and its readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from documents.domain.access import Subject


class DocumentState(StrEnum):
    """Only `stored` is ever served.

    stored -> rejected   an antivirus finds something after the fact
    stored -> purged     its retention is over, or its person is erased
    rejected -> purged
    """

    STORED = "stored"
    REJECTED = "rejected"
    PURGED = "purged"


ALLOWED: Final = MappingProxyType(
    {
        DocumentState.STORED: frozenset({DocumentState.REJECTED, DocumentState.PURGED}),
        DocumentState.REJECTED: frozenset({DocumentState.PURGED}),
        DocumentState.PURGED: frozenset[DocumentState](),
    }
)


class Scan(StrEnum):
    """What the antivirus said.

    `not_scanned` covers no antivirus, an error and a file above its limit: never "clean".
    """

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


class StateError(Exception):
    """A document cannot go from its state to that one."""

    def __init__(self, identifier: str, present: DocumentState, wanted: DocumentState) -> None:
        super().__init__(f"document {identifier}: {present} -> {wanted}")
        self.present = present
        self.wanted = wanted


@dataclass
class Document:
    """One stored file. The bytes lie in the store under a key that follows from `id` alone."""

    id: str
    tenant: str
    kind: str
    subject: str
    owner: str
    title: str
    media_type: str
    size: int
    sha256_received: str
    sha256_stored: str
    pages: int | None
    scan: Scan
    created_at: datetime
    created_by: str
    state: DocumentState = DocumentState.STORED
    version: int = 1

    @property
    def about(self) -> Subject:
        """The subject, parsed."""
        return Subject.parse(self.subject)

    def reject(self) -> None:
        """Withdraw a file in which something was found afterwards; raises StateError."""
        self._become(DocumentState.REJECTED)

    def purge(self) -> None:
        """The bytes are gone for good, the record stays; raises StateError."""
        self._become(DocumentState.PURGED)

    def _become(self, wanted: DocumentState) -> None:
        if wanted not in ALLOWED[self.state]:
            raise StateError(self.id, self.state, wanted)
        self.state = wanted


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def object_key(document_id: str) -> str:
    """The store key of a document: the day its UUIDv7 was made, then the id. No name, no tenant, nothing to guess from.

    The day lets the sweep of orphans list a few days only, whatever the size of the store.
    """
    made = _EPOCH + timedelta(milliseconds=int(document_id.replace("-", "")[:12], 16))
    return f"{made:%Y/%m/%d}/{document_id}"


def day_prefix(day: date) -> str:
    """The common beginning of the keys of all documents made on `day` (UTC)."""
    return f"{day:%Y/%m/%d}/"
