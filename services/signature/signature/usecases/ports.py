"""What the use cases ask of the outside; `adapters/` answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from plumbing.unit_of_work import Work as PlumbingWork
from signature.domain.ceremony import Ceremony
from signature.domain.dual_control import ActRequest
from signature.domain.journal import Entry
from signature.domain.limits import Limit
from signature.domain.reach import Reach
from signature.domain.retention import LegalHold, Tombstone
from signature.domain.sealing import Level, StagedFile
from signature.domain.verification import SealRecord


class SealRefused(Exception):
    """The file cannot carry our seal: it is no readable PDF, or somebody certified it already."""


class TimestampMissing(Exception):
    """The timestamp authority gave no token. Trying again later can help; sealing without would be a lie."""


class RevocationUnknown(Exception):
    """No list that holds today shows that our certificates are good. Trying again later can help."""


class Sealer(Protocol):
    """Whoever holds the key. `root`, `certificates` (the chain, leaf first) and `revocation_lists` are PEM."""

    @property
    def level(self) -> Level: ...
    @property
    def root(self) -> bytes: ...
    @property
    def certificates(self) -> bytes: ...
    @property
    def revocation_lists(self) -> bytes: ...
    def seal_pdf(self, pdf: bytes, *, reason: str, footer: str | None = None) -> bytes: ...
    def sign_detached(self, content: bytes) -> bytes: ...


class DocumentStore(Protocol):
    """The documents service, seen from here. `store` twice with one `key` and the same bytes stores once."""

    def fetch(self, document_id: str) -> bytes: ...
    def store(
        self,
        *,
        key: str,
        content: bytes,
        filename: str,
        media_type: str,
        kind: str,
        subject: str,
        title: str,
        readers: Sequence[str],
    ) -> str: ...


class Ceremonies(Protocol):
    """Ceremonies of the tenant. `take` locks: whoever takes the same one waits until this transaction ends."""

    def add(self, ceremony: Ceremony) -> None: ...
    def take(self, ceremony_id: str, *, reach: Reach | None = None) -> Ceremony: ...
    def is_alive_for(self, subject: str) -> bool: ...
    def journal(self, ceremony_id: str) -> Sequence[Entry]: ...
    def take_by_reference(self, reference: str) -> Ceremony: ...
    def purge(self, ceremony: Ceremony, left: Tombstone) -> None: ...


class Allowances(Protocol):
    """Counters that every process shares."""

    def count(self, limit: Limit, value: str, *, now: datetime) -> int: ...


class ActRequests(Protocol):
    """What managers asked for. `take` locks, NotFound when there is none."""

    def add(self, request: ActRequest) -> None: ...
    def take(self, request_id: str) -> ActRequest: ...


class LegalHolds(Protocol):
    """Ceremonies that may not be purged."""

    def add(self, hold: LegalHold) -> None: ...
    def of(self, ceremony_id: str) -> LegalHold | None: ...
    def is_held(self, ceremony_id: str) -> bool: ...
    def lift(self, ceremony_id: str) -> None: ...


class StagedFiles(Protocol):
    """Sealed files of a ceremony, kept from the sealing until they are stored."""

    def of(self, ceremony_id: str) -> Sequence[StagedFile]: ...
    def add(self, file: StagedFile) -> None: ...
    def forget_unstored(self, ceremony_id: str) -> None: ...


class SealRecords(Protocol):
    """What was released, for whoever asks later."""

    def add(self, record: SealRecord) -> None: ...


class Work(PlumbingWork, Protocol):
    """One transaction of one tenant."""

    @property
    def ceremonies(self) -> Ceremonies: ...
    @property
    def allowances(self) -> Allowances: ...
    @property
    def staged_files(self) -> StagedFiles: ...
    @property
    def seal_records(self) -> SealRecords: ...
    @property
    def act_requests(self) -> ActRequests: ...
    @property
    def legal_holds(self) -> LegalHolds: ...


UnitOfWorkFactory: TypeAlias = Callable[[], AbstractContextManager[Work]]
