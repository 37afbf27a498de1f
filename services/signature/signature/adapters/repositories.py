"""Where the use cases find their ceremonies, counters and files: one session, one tenant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from plumbing.database import insert_for
from plumbing.errors import NotFound
from signature.adapters.ceremonies import Kept, find
from signature.adapters.tables import (
    ACT_REQUEST,
    CEREMONY,
    CODE_ALLOWANCE,
    JOURNAL,
    LEGAL_HOLD,
    METADATA,
    SEAL_RECORD,
    SIGNER,
    TOMBSTONE,
)
from signature.domain.ceremony import Ceremony
from signature.domain.dual_control import ActRequest
from signature.domain.journal import Entry
from signature.domain.limits import Limit
from signature.domain.reach import Reach
from signature.domain.retention import LegalHold, Tombstone
from signature.domain.sealing import StagedFile
from signature.domain.state import GIVEN, RUNNING
from signature.domain.verification import SealRecord


def within(reach: Reach, ceremony: Ceremony) -> bool:
    """Tell whether a ceremony is one of those that somebody reaches."""
    return reach.covers(subject=ceremony.subject, member_id=ceremony.member_id, adviser_id=ceremony.adviser.id or None)


class SqlCeremonies:
    """Ceremonies, and the journal that grows with them."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant
        self._seen: dict[str, Kept] = {}

    def add(self, ceremony: Ceremony) -> None:
        self._seen[ceremony.id] = Kept(ceremony, stored=False)

    def take(self, ceremony_id: str, *, reach: Reach | None = None) -> Ceremony:
        """Return a ceremony, locked until the transaction ends; NotFound when it is out of `reach`.

        Taken again in the same unit of work it is the same object: what was done to it meanwhile stays.
        """
        kept = self._seen.get(ceremony_id)
        ceremony = kept.ceremony if kept else find(self._session.connection(), self._tenant, ceremony_id, lock=True)
        if ceremony is None or (reach is not None and not within(reach, ceremony)):
            raise NotFound("ceremony", ceremony_id)
        if kept is None:
            self._seen[ceremony.id] = Kept(ceremony, stored=True)
        return ceremony

    def is_alive_for(self, subject: str) -> bool:
        wanted = (CEREMONY.c.tenant == self._tenant, CEREMONY.c.subject == subject)
        alive = CEREMONY.c.state.in_(sorted(RUNNING | GIVEN))
        statement = select(CEREMONY.c.id).where(*wanted, alive).limit(1)
        return self._session.execute(statement).first() is not None

    def journal(self, ceremony_id: str) -> Sequence[Entry]:
        return journal_of(self._session, self._tenant, ceremony_id)

    def take_by_reference(self, reference: str) -> Ceremony:
        """Return the newest ceremony of a reference, locked as by `take`; NotFound when there is none."""
        statement = (
            select(CEREMONY.c.id)
            .where(CEREMONY.c.reference == reference, CEREMONY.c.tenant == self._tenant)
            .order_by(CEREMONY.c.id.desc())
            .limit(1)
        )
        ceremony_id = self._session.execute(statement).scalar_one_or_none()
        if ceremony_id is None:
            raise NotFound("ceremony", reference)
        return self.take(ceremony_id)

    def purge(self, ceremony: Ceremony, left: Tombstone) -> None:
        """Delete every row of a ceremony. The tombstone comes first: without it the database keeps the journal."""
        self._session.add(left)
        self.write()
        self._session.flush()
        del self._seen[ceremony.id]
        self._session.expunge_all()
        of_signers = select(SIGNER.c.id).where(SIGNER.c.ceremony_id == ceremony.id)
        for table in reversed(METADATA.sorted_tables):
            if table in (SEAL_RECORD, TOMBSTONE):
                continue
            if "signer_id" in table.c:
                self._session.execute(delete(table).where(table.c.signer_id.in_(of_signers)))
            elif table is JOURNAL and self._session.connection().dialect.name == "postgresql":
                # Our role may delete no line of it: the owner's function does, which asks for the tombstone.
                self._session.execute(select(func.purge_journal(ceremony.id)))
            elif "ceremony_id" in table.c:
                self._session.execute(delete(table).where(table.c.ceremony_id == ceremony.id))
        self._session.execute(delete(CEREMONY).where(CEREMONY.c.id == ceremony.id))

    def write(self) -> None:
        """Write what became of the ceremonies of this unit of work, and what they have told."""
        for kept in self._seen.values():
            kept.write(self._session.connection(), self._tenant)


class SqlAllowances:
    """Counts codes in a table that every process shares; a value is kept as a keyed fingerprint."""

    def __init__(self, session: Session, blind: Callable[[str], str]) -> None:
        self._session = session
        self._blind = blind

    def count(self, limit: Limit, value: str, *, now: datetime) -> int:
        """Count one more and return how many there are in the window, this one included."""
        dialect_insert = insert_for(self._session.connection())
        statement = (
            dialect_insert(CODE_ALLOWANCE)
            .values(scope=limit.scope, value=self._blind(value), window_start=limit.window_start(now), count=1)
            .on_conflict_do_update(
                index_elements=["scope", "value", "window_start"], set_={"count": CODE_ALLOWANCE.c.count + 1}
            )
            .returning(CODE_ALLOWANCE.c.count)
        )
        return int(self._session.execute(statement).scalar_one())


class SqlStagedFiles:
    """Sealed files that wait to be stored."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, ceremony_id: str) -> Sequence[StagedFile]:
        statement = select(StagedFile).filter_by(ceremony_id=ceremony_id)
        return self._session.execute(statement).scalars().all()

    def add(self, file: StagedFile) -> None:
        self._session.add(file)

    def forget_unstored(self, ceremony_id: str) -> None:
        """Forget what was sealed and stored nowhere, unless part of the envelope is stored already."""
        files = self.of(ceremony_id)
        if all(file.stored_id is None for file in files):
            for file in files:
                self._session.delete(file)


class SqlActRequests:
    """What managers asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, request: ActRequest) -> None:
        self._session.add(request)

    def take(self, request_id: str) -> ActRequest:
        statement = select(ActRequest).where(ACT_REQUEST.c.id == request_id).with_for_update()
        found = self._session.execute(statement).scalar_one_or_none()
        if found is None:
            raise NotFound("request", request_id)
        return found


class SqlLegalHolds:
    """Ceremonies that may not be purged."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, hold: LegalHold) -> None:
        self._session.add(hold)

    def of(self, ceremony_id: str) -> LegalHold | None:
        statement = select(LegalHold).where(LEGAL_HOLD.c.ceremony_id == ceremony_id)
        return self._session.execute(statement).scalar_one_or_none()

    def is_held(self, ceremony_id: str) -> bool:
        return self.of(ceremony_id) is not None

    def lift(self, ceremony_id: str) -> None:
        hold = self.of(ceremony_id)
        if hold is not None:
            self._session.delete(hold)


class SqlSealRecords:
    """What was released."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: SealRecord) -> None:
        self._session.add(record)


def journal_of(session: Session, tenant: str, ceremony_id: str) -> list[Entry]:
    """Return a ceremony's journal from its first entry on."""
    statement = (
        select(JOURNAL)
        .where(JOURNAL.c.ceremony_id == ceremony_id, JOURNAL.c.tenant == tenant)
        .order_by(JOURNAL.c.position)
    )
    return [_entry(row) for row in session.execute(statement)]


def _entry(row: Any) -> Entry:
    return Entry(row.ceremony_id, row.position, row.at, row.happening, row.facts, row.previous, row.hash)
