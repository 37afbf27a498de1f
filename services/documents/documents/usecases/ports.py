"""What the use cases ask of the outside world; `adapters/` answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from documents.domain.document import Document, Scan
from documents.domain.reading import Reading
from documents.domain.sending import Held, Sending
from plumbing import unit_of_work


@dataclass(frozen=True)
class Judged:
    """A file that may be kept: the bytes to store (cleaned, or those received), their true type and page count."""

    media_type: str
    content: bytes
    pages: int | None


class Checker(Protocol):
    """Judges files by content and structure."""

    def judge_incoming(self, content: bytes, *, extension: str) -> Judged:
        """Judge a file that a person sent; raises Refused, CheckUnavailable."""
        ...

    def judge_exact(self, content: bytes, *, media_type: str) -> Judged:
        """Judge a file that must be kept byte for byte; raises Refused, CheckUnavailable."""
        ...


class Antivirus(Protocol):
    """One more opinion about a file that the checks already accepted."""

    def scan(self, content: bytes) -> Scan:
        """Return what it says; raises Refused when something was found."""
        ...


@dataclass(frozen=True)
class StoredObject:
    """One object of the store as a listing shows it; `modified_at` is an aware UTC instant."""

    key: str
    size: int
    modified_at: datetime


class ObjectMissing(Exception):
    """The store holds nothing under this key."""


class KeyTaken(Exception):
    """The store already holds something under this key; nothing was written."""


class StoreUnavailable(Exception):
    """The store did not answer, or answered nonsense, after a few tries: try again later."""


class Store(Protocol):
    """Keeps bytes under opaque keys, each written once and never changed. Every method may raise StoreUnavailable."""

    def put(self, key: str, content: bytes) -> None:
        """Keep `content`, durably, before returning; raises KeyTaken."""
        ...

    def read(self, key: str, *, start: int, length: int) -> Iterator[bytes]:
        """Return pieces of `length` bytes (at least 1) from `start`; raises ObjectMissing before the first piece."""
        ...

    def delete(self, key: str) -> None:
        """Take the object away; nothing happens when there is none."""
        ...

    def listing(self, prefix: str) -> Iterator[StoredObject]:
        """Yield all objects whose key begins with `prefix`, unfinished ones included, in any order."""
        ...


class Documents(Protocol):
    """The records of the files."""

    def add(self, document: Document) -> None: ...
    def held(self, *, subject: str, owner: str) -> Held: ...
    def exist(self, document_ids: Collection[str]) -> set[str]: ...
    def take(self, document_ids: Collection[str]) -> list[Document]: ...


class Readers(Protocol):
    """Who may read, document by document and subject by subject. Saying the same twice changes nothing."""

    def let_read(self, document_id: str, readers: Collection[str]) -> None: ...
    def attach(self, subject: str, reader: str) -> None: ...


class Sendings(Protocol):
    """`open_for` locks the row until the end of the transaction, and makes it when there is none."""

    def open_for(self, *, subject: str, owner: str, at: datetime) -> Sending: ...
    def all_open(self, subject: str) -> list[Sending]: ...


class Readings(Protocol):
    """The audit of downloads."""

    def add(self, reading: Reading) -> None: ...


class Work(unit_of_work.Work, Protocol):
    """One transaction."""

    documents: Documents
    readers: Readers
    sendings: Sendings
    readings: Readings

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Catalogue(Protocol):
    """Which documents exist, over all tenants: for the sweep only."""

    def known(self, document_ids: Collection[str]) -> set[str]: ...
