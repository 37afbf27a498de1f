"""One transaction: state, events, jobs and the proof that it was done, committed together or not at all.

A use case opens one unit of work, changes what it has to, and commits once, visibly:

    with uow() as work:
        quote = work.quotes.get(quote_id)
        quote.issue(on=work.today)
        work.publish("quoting.quote.issued.v1", subject=quote.id, data={...})
        work.commit()

The proof is a *claim*: an idempotency key for a request, the event's identity for a handler, the lease for a job.
It is taken first thing in the same transaction, so a repeat finds it and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar, runtime_checkable

import orjson
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from plumbing.clock import Clock, paris_date
from plumbing.database import JOB, insert_of
from plumbing.envelope import Envelope
from plumbing.errors import StaleWrite
from plumbing.events import Audience, EventDeclaration, EventRegistry
from plumbing.ids import new_id
from plumbing.origin import Origin, current_origin
from plumbing.outbox import say
from plumbing.sealing import EventSealer
from plumbing.tenancy import TenantSession
from plumbing.together import NotTogether, Together, make_sure
from plumbing.wake import Channel, wake


class AlreadyTaken(Exception):
    """The claim of this unit of work was taken before: its effects are there already, or belong to another worker."""


class Claim(Protocol):
    """What makes a repeat harmless.

    `take` runs first inside the transaction and raises `AlreadyTaken` on a repeat; `committed` is told that it holds.
    """

    def take(self, session: Session) -> None: ...

    def committed(self) -> None: ...


@runtime_checkable
class RememberingClaim(Claim, Protocol):
    """A claim whose repeat is answered: it keeps what the work made, in the same transaction."""

    def remember(self, session: Session, reference: str) -> None: ...


class Work(Protocol):
    """What use cases see of a unit of work; each service's `usecases/ports.py` adds its repositories."""

    @property
    def tenant(self) -> str: ...
    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...
    def publish(
        self, type: str, *, subject: str, data: Mapping[str, Any], sealed: Mapping[str, Mapping[str, Any]] | None = None
    ) -> str: ...
    def schedule(
        self, kind: str, payload: Mapping[str, Any], *, due_at: datetime | None = None, key: str | None = None
    ) -> None: ...
    def remember(self, reference: str) -> None: ...
    def flush(self) -> None: ...
    def commit(self) -> None: ...


@dataclass(frozen=True)
class _Said:
    declaration: EventDeclaration
    envelope_id: str
    subject: str
    clear: dict[str, Any]
    sealed: str | None
    said_at: datetime


@dataclass(frozen=True)
class Workshop:
    """What all units of work of one process share."""

    engine: Engine
    events: EventRegistry
    clock: Clock
    sealer: EventSealer


class UnitOfWork:
    """One transaction of one tenant. Subclasses add repositories in `opened`."""

    session: TenantSession

    def __init__(
        self,
        workshop: Workshop,
        tenant: str,
        *,
        claim: Claim | None = None,
        connection: Connection | None = None,
        together: Together | None = None,
    ) -> None:
        self._workshop = workshop
        self._claim = claim
        self._connection = connection
        self._together = together
        self._committed = False
        self._tenant = tenant
        self._said: list[_Said] = []
        self._jobs: list[dict[str, Any]] = []
        self.now = workshop.clock.now()
        self.today: date = paris_date(self.now)

    @property
    def tenant(self) -> str:
        return self._tenant

    def opened(self) -> None:
        """Build the repositories on `self.session`."""

    def __enter__(self) -> Self:
        if self._together is not None:
            self.session = self._together.session(self._tenant)
        else:
            self.session = TenantSession(
                bind=self._connection if self._connection is not None else self._workshop.engine,
                join_transaction_mode="create_savepoint",
                expire_on_commit=False,
                info={"tenant": self._tenant},
            )
        try:
            if self._claim is not None:
                self._claim.take(self.session)
            self.opened()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if self._together is not None and not self._committed:
            self._together.spoil()
            if failure is None:
                raise NotTogether("a unit of work was left without commit")
        if isinstance(failure, StaleDataError):
            raise StaleWrite(str(failure)) from failure

    def _close(self) -> None:
        # close() rolls back whatever was not committed. A session that is shared is closed with its batch.
        if self._together is None:
            self.session.close()

    def publish(
        self,
        type: str,
        *,
        subject: str,
        data: Mapping[str, Any],
        sealed: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> str:
        """Say an event when this commits, and return its id; UndeclaredEvent when it does not fit its declaration."""
        declaration = self._workshop.events.find(type)
        parts = declaration.sealed_parts(sealed or {})
        closed = {recipient: self._workshop.sealer.seal(recipient, part) for recipient, part in parts.items()}
        said = _Said(
            declaration=declaration,
            envelope_id=new_id(),
            subject=subject,
            clear=declaration.clear_part(data),
            sealed=orjson.dumps(closed).decode() if closed else None,
            said_at=self.now,
        )
        self._said.append(said)
        return said.envelope_id

    def schedule(
        self, kind: str, payload: Mapping[str, Any], *, due_at: datetime | None = None, key: str | None = None
    ) -> None:
        """Have a job done after this commits; `payload` holds ids only. A waiting job of the same `key` is kept."""
        self._jobs.append(job_row(kind, payload, tenant=self._tenant, now=self.now, due_at=due_at, key=key))

    def remember(self, reference: str) -> None:
        """Keep the id of what this makes with its claim: should the answer be lost, a repeat is told all the same."""
        if isinstance(self._claim, RememberingClaim):
            self._claim.remember(self.session, reference)

    def flush(self) -> None:
        """Send pending changes inside the transaction, where a use case needs a constraint checked first."""
        try:
            self.session.flush()
        except StaleDataError as failure:
            raise StaleWrite(str(failure)) from failure

    def commit(self) -> None:
        """Commit state, events, jobs and claim together; StaleWrite when somebody else changed an object first."""
        if self._together is None:
            self.flush()
        self._write_jobs()
        self._write_events()
        self.write_last()
        if self._together is None:
            make_sure(self.session.connection())
            self.session.commit()
        else:
            self._together.settle(self.session, self._channels())
        self._committed = True
        if self._claim is not None:
            self._claim.committed()
        if self._connection is None and self._together is None:
            wake(self._workshop.engine, *self._channels())

    def write_last(self) -> None:
        """Send what takes a lock that everybody waits for; nothing, unless a subclass has such."""

    def _channels(self) -> set[Channel]:
        return ({Channel.OUTBOX} if self._said else set()) | ({Channel.JOBS} if self._jobs else set())

    def _write_jobs(self) -> None:
        if self._jobs:
            connection = self.session.connection()
            connection.execute(_ask_for(connection.dialect.name), _one_or_all(self._jobs))

    def _write_events(self) -> None:
        if not self._said:
            return
        origin = current_origin()
        # Subjects in one order everywhere: two transactions that say things of the same two subjects cannot deadlock.
        said = [self._outbox_row(each, origin) for each in sorted(self._said, key=lambda said: said.subject)]
        say(self.session.connection(), said)

    def _outbox_row(self, said: _Said, origin: Origin) -> dict[str, Any]:
        envelope = Envelope(
            id=said.envelope_id,
            source=self._workshop.events.source,
            type=said.declaration.type,
            subject=said.subject,
            time=said.said_at,
            tenant=self._tenant,
            sequence=0,
            correlation_id=origin.correlation_id,
            causation_id=origin.causation_id,
            traceparent=origin.traceparent,
            data=said.clear,
        )
        ttl = said.declaration.sealed_ttl
        return {
            "event_id": envelope.id,
            "tenant": self._tenant,
            "type": envelope.type,
            "subject": envelope.subject,
            "required": said.declaration.audience is Audience.REQUIRED,
            "before_sequence": envelope.before_sequence(),
            "sealed": said.sealed,
            "sealed_until": said.said_at + ttl if ttl is not None and said.sealed is not None else None,
            "created_at": said.said_at,
            "attempts": 0,
        }


def _one_or_all(rows: list[dict[str, Any]]) -> Any:
    # The driver sends a list of one as it sends a thousand, which takes twice as long.
    return rows[0] if len(rows) == 1 else rows


@cache
def _ask_for(dialect_name: str) -> Any:
    statement = insert_of(dialect_name)(JOB)
    # A parked job of the same key is asked for again: it gets another chance. One that waits or runs is enough.
    again = {"state": "waiting", "due_at": statement.excluded.due_at, "attempt": 0, "error": None}
    return statement.on_conflict_do_update(index_elements=["key"], set_=again, where=JOB.c.state == "parked")


def job_row(
    kind: str,
    payload: Mapping[str, Any],
    *,
    tenant: str,
    now: datetime,
    due_at: datetime | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """Return a row of the job table that is waiting to run."""
    origin = current_origin()
    return {
        "id": new_id(),
        "tenant": tenant,
        "kind": kind,
        "payload": orjson.dumps(dict(payload)).decode(),
        "key": key,
        "due_at": due_at or now,
        "attempt": 0,
        "state": "waiting",
        "origin": orjson.dumps(
            {
                "correlation_id": origin.correlation_id,
                "causation_id": origin.causation_id,
                "traceparent": origin.traceparent,
            }
        ).decode(),
        "created_at": now,
    }


W = TypeVar("W", bound=UnitOfWork)


class Units(Generic[W]):
    """Makes units of work of one service's class."""

    def __init__(
        self, engine: Engine, work_class: type[W], events: EventRegistry, clock: Clock, sealer: EventSealer
    ) -> None:
        self.workshop = Workshop(engine=engine, events=events, clock=clock, sealer=sealer)
        self._work_class = work_class

    def for_tenant(
        self,
        tenant: str,
        *,
        claim: Claim | None = None,
        connection: Connection | None = None,
        together: Together | None = None,
    ) -> Callable[[], W]:
        """Return what a use case is handed as `uow`: each call opens a fresh unit of work of this tenant.

        On `connection` it is a savepoint of the caller's transaction; with `together`, a part of a batch.
        """
        return lambda: self._work_class(self.workshop, tenant, claim=claim, connection=connection, together=together)

    @contextmanager
    def reading(self, tenant: str) -> Iterator[Session]:
        """Open a session for reads only; on SQLite it does not wait for writers."""
        with self.workshop.engine.connect().execution_options(read_only=True) as connection:
            session = TenantSession(bind=connection, info={"tenant": tenant})
            try:
                yield session
            finally:
                session.close()
