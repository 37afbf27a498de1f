"""Work that calls outside or waits for the clock: leased rows, run outside any transaction.

A job's result commits together with the removal of its row, under the lease: two workers can never both commit it, and
one that is killed leaves the row for the next. Clock-driven jobs are rows that are put back instead of removed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import Engine, Row, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from plumbing.clock import PARIS, Clock
from plumbing.consumer import Context
from plumbing.database import JOB, insert_for
from plumbing.errors import Permanent
from plumbing.failures import describe
from plumbing.ids import new_id
from plumbing.inbox import PARKED, WAITING
from plumbing.ladder import is_spent, next_try
from plumbing.origin import Origin, originating
from plumbing.retries import KILLED
from plumbing.telemetry.tracing import continued_trace, current_traceparent
from plumbing.unit_of_work import AlreadyTaken, Units, job_row
from plumbing.wake import Channel, Listener

log = structlog.get_logger()

LONGEST_RUN = timedelta(minutes=5)
_LEASE = timedelta(seconds=15)
_RENEWAL_SECONDS = 5.0
NO_TENANT = ""
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Job:
    """One piece of work. `attempt` counts from 1; `payload` holds ids. A clock-driven job has the tenant ""."""

    id: str
    kind: str
    tenant: str
    payload: Mapping[str, Any]
    attempt: int
    created_at: datetime


JobHandler = Callable[[Job, Context], None]


@dataclass(frozen=True)
class JobKind:
    """A kind of job and, for clock-driven ones, its rhythm: `every` so long, or `daily_at` a time of day in Paris."""

    name: str
    handler: JobHandler
    longest_run: timedelta = LONGEST_RUN
    every: timedelta | None = None
    daily_at: time | None = None

    @property
    def is_clock_driven(self) -> bool:
        return self.every is not None or self.daily_at is not None

    def next_due(self, after: datetime) -> datetime:
        """Return the next instant of a clock-driven job strictly later than `after`."""
        if self.every is not None:
            return after + self.every
        if self.daily_at is None:
            raise ValueError(f"{self.name} is not clock-driven")
        local = after.astimezone(PARIS)
        due = datetime.combine(local.date(), self.daily_at, PARIS)
        if due <= local:
            due = datetime.combine(local.date() + timedelta(days=1), self.daily_at, PARIS)
        return due.astimezone(after.tzinfo)


class Jobs:
    """What one service does in its own time (`jobs/`)."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.kinds: dict[str, JobKind] = {}

    def handles(self, name: str, *, longest_run: timedelta = LONGEST_RUN) -> Callable[[JobHandler], JobHandler]:
        """Register the handler of a kind. After `longest_run` its lease is not renewed and another may take over."""
        return self._register(name, longest_run, None, None)

    def cron(
        self,
        name: str,
        *,
        every: timedelta | None = None,
        daily_at: str | None = None,
        longest_run: timedelta = LONGEST_RUN,
    ) -> Callable[[JobHandler], JobHandler]:
        """Register a clock-driven job: `every` so long, or `daily_at` "HH:MM" in Paris."""
        if (every is None) == (daily_at is None):
            raise ValueError(f"{name}: say either every or daily_at")
        return self._register(name, longest_run, every, None if daily_at is None else time.fromisoformat(daily_at))

    def _register(
        self, name: str, longest_run: timedelta, every: timedelta | None, daily_at: time | None
    ) -> Callable[[JobHandler], JobHandler]:
        def register(handler: JobHandler) -> JobHandler:
            if name in self.kinds:
                raise ValueError(f"job {name} is registered twice")
            self.kinds[name] = JobKind(name, handler, longest_run, every, daily_at)
            return handler

        return register


@dataclass
class JobClaim:
    """The lease of a job: taking it removes the row (or puts a clock-driven one back) in the caller's transaction."""

    job_id: str
    lease_token: str
    next_due: datetime | None = None
    was_committed: bool = False

    def take(self, session: Session) -> None:
        """AlreadyTaken when the lease was lost to another worker."""
        mine = (JOB.c.id == self.job_id, JOB.c.lease_token == self.lease_token)
        if self.next_due is None:
            statement: Any = delete(JOB).where(*mine).returning(JOB.c.id)
        else:
            values = {"due_at": self.next_due, "attempt": 0, "lease_token": None, "lease_until": None, "error": None}
            statement = update(JOB).where(*mine).values(**values).returning(JOB.c.id)
        if session.execute(statement).scalar_one_or_none() is None:
            raise AlreadyTaken(self.job_id)

    def committed(self) -> None:
        self.was_committed = True


class JobRunner:
    """Runs the jobs of one service; several may run at once, in one process or many."""

    def __init__(self, jobs: Jobs, services: Any) -> None:
        self._jobs = jobs
        self._services = services
        self._units: Units[Any] = services.units
        self._engine: Engine = self._units.workshop.engine
        self._clock: Clock = services.clock

    def run(self, stop: threading.Event) -> None:
        """Run jobs until `stop`; database errors end it, and the supervisor starts it again."""
        self.plant_clock_driven()
        listener = Listener(self._engine, Channel.JOBS)
        try:
            while not stop.is_set():
                if not self.run_one():
                    listener.wait(_POLL_SECONDS)
        finally:
            listener.close()

    def plant_clock_driven(self) -> None:
        """Make sure that each clock-driven job has its one row."""
        now = self._clock.now()
        rows = [
            job_row(kind.name, {}, tenant=NO_TENANT, now=now, due_at=now, key=f"clock:{kind.name}")
            for kind in self._jobs.kinds.values()
            if kind.is_clock_driven
        ]
        if rows:
            with self._engine.begin() as connection:
                insert = insert_for(connection)
                connection.execute(insert(JOB).on_conflict_do_nothing(index_elements=["key"]), rows)

    def run_one(self) -> bool:
        """Lease and run the next due job; False when none is due."""
        row = self._lease()
        if row is None:
            return False
        kind = self._jobs.kinds[row.kind]
        job = Job(row.id, row.kind, row.tenant, orjson.loads(row.payload), row.attempt, row.created_at)
        next_due = kind.next_due(self._clock.now()) if kind.is_clock_driven else None
        claim = JobClaim(row.id, row.lease_token, next_due)
        uow = self._units.for_tenant(row.tenant, claim=claim)
        cause = orjson.loads(row.origin)
        try:
            with self._renewing(row, kind), continued_trace(cause["traceparent"], f"job {row.kind}"):
                traceparent = current_traceparent() or cause["traceparent"]
                with originating(Origin(cause["correlation_id"], cause["causation_id"], traceparent)):
                    kind.handler(job, Context(uow=uow, services=self._services))
                    if not claim.was_committed:
                        with uow() as work:
                            work.commit()
        except AlreadyTaken:
            log.warning("job.lease_lost", kind=row.kind, job_id=row.id)
        except Exception as failure:  # noqa: BLE001 - whatever a handler raises is noted on the job's row
            self._failed(row, kind, failure)
        return True

    def _lease(self) -> Row[Any] | None:
        now = self._clock.now()
        free = JOB.c.lease_until.is_(None) | (JOB.c.lease_until < now)
        due = (
            select(JOB.c.id, JOB.c.kind, JOB.c.attempt)
            .where(JOB.c.state == WAITING, JOB.c.due_at <= now, free, JOB.c.kind.in_(list(self._jobs.kinds)))
            .order_by(JOB.c.due_at)
            .limit(1)
        )
        with self._engine.connect().execution_options(read_only=True) as connection:
            if connection.execute(due).first() is None:
                return None
        with self._engine.begin() as connection:
            chosen = connection.execute(due.with_for_update(skip_locked=True)).first()
            if chosen is None:
                return None
            mine = update(JOB).where(JOB.c.id == chosen.id)
            kind = self._jobs.kinds[chosen.kind]
            if is_spent(chosen.attempt) and not kind.is_clock_driven:
                connection.execute(mine.values(state=PARKED, lease_token=None, lease_until=None, error=KILLED))
                return None
            values = {
                "lease_token": new_id(),
                "lease_until": now + _LEASE,
                # Counted, and the next try fixed, before it runs: a job that kills its process climbs the ladder too.
                "attempt": chosen.attempt + 1,
                "due_at": self._next_try(kind, chosen.attempt + 1, now) or now + _LEASE,
            }
            return connection.execute(mine.values(**values).returning(JOB)).one()

    @staticmethod
    def _next_try(kind: JobKind, attempt: int, now: datetime) -> datetime | None:
        """Return when a job that fails now is tried again; a clock-driven one no later than its next turn."""
        at = next_try(attempt, now)
        if not kind.is_clock_driven:
            return at
        turn = kind.next_due(now)
        return turn if at is None else min(at, turn)

    @contextmanager
    def _renewing(self, row: Row[Any], kind: JobKind) -> Iterator[None]:
        """Keep the lease while the handler runs: it is short, so that the work of a killed process is taken up soon."""
        done = threading.Event()
        last_renewal = self._clock.now() + kind.longest_run

        def renew() -> None:
            mine = (JOB.c.id == row.id, JOB.c.lease_token == row.lease_token)
            while not done.wait(_RENEWAL_SECONDS) and (now := self._clock.now()) < last_renewal:
                with suppress(SQLAlchemyError), self._engine.begin() as connection:
                    connection.execute(update(JOB).where(*mine).values(lease_until=now + _LEASE))

        thread = threading.Thread(target=renew, name=f"lease {row.kind}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _failed(self, row: Row[Any], kind: JobKind, failure: Exception) -> None:
        now = self._clock.now()
        # A clock-driven job is never parked: the next turn is its retry.
        is_final = isinstance(failure, Permanent) and not kind.is_clock_driven
        at = None if is_final else self._next_try(kind, row.attempt, now)
        if at is not None and (asked := getattr(failure, "retry_after", None)):
            at = max(at, now + timedelta(seconds=asked))
        values = {
            "state": PARKED if at is None else WAITING,
            "due_at": at or now,
            "lease_token": None,
            "lease_until": None,
            "error": describe(failure),
        }
        with self._engine.begin() as connection:
            mine = (JOB.c.id == row.id, JOB.c.lease_token == row.lease_token)
            connection.execute(update(JOB).where(*mine).values(**values))
        log.warning(
            "job.failed",
            kind=row.kind,
            job_id=row.id,
            attempt=row.attempt,
            parked=at is None,
            error=describe(failure),
        )


def job_depth(engine: Engine) -> dict[str, int]:
    """Return how many jobs there are in each state."""
    with engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(select(JOB.c.state, func.count()).group_by(JOB.c.state))
        return dict(rows)
