"""What a person has to look at: events and jobs that were parked, their replay, and the archive's replay.

Nothing is dropped without a person; replaying runs an event through the normal path with its own id, so one that had in
fact been applied changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update

from plumbing.clock import Clock
from plumbing.database import ARCHIVE, JOB, OUTBOX, RETRY
from plumbing.envelope import on_the_wire
from plumbing.inbox import PARKED, WAITING
from plumbing.transport import Bus, Outcome, OutgoingMessage
from plumbing.wake import Channel, wake

_REPUBLISH_BATCH = 500


@dataclass(frozen=True)
class Parked:
    """One parked thing. `what` is "event" or "job"; `body` is the clear part of an event or the payload of a job."""

    id: str
    what: str
    kind: str
    tenant: str
    subject: str
    attempts: int
    error: str
    since: datetime
    body: str


class ParkedThings:
    """Lists, shows, replays and drops what one service has parked."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def list(self, tenant: str | None = None) -> list[Parked]:
        """Return everything parked, oldest first; only one tenant's when `tenant` is given."""
        with self._engine.connect().execution_options(read_only=True) as connection:
            events = connection.execute(select(RETRY).where(RETRY.c.state == PARKED)).all()
            jobs = connection.execute(select(JOB).where(JOB.c.state == PARKED)).all()
        things = [_event(row) for row in events] + [_job(row) for row in jobs]
        return sorted(
            (thing for thing in things if tenant is None or thing.tenant == tenant), key=lambda thing: thing.since
        )

    def show(self, parked_id: str) -> Parked | None:
        return next((thing for thing in self.list() if thing.id == parked_id), None)

    def replay(self, parked_id: str) -> bool:
        """Put a parked thing back on its ladder, due at once; False when it is not parked (any more)."""
        now = self._clock.now()
        fresh = {"state": WAITING, "lease_until": None, "attempt": 0}
        event = update(RETRY).where(RETRY.c.id == parked_id, RETRY.c.state == PARKED).values(next_at=now, **fresh)
        job = update(JOB).where(JOB.c.id == parked_id, JOB.c.state == PARKED)
        with self._engine.begin() as connection:
            found = (
                connection.execute(event.returning(RETRY.c.id)).first()
                or connection.execute(job.values(due_at=now, lease_token=None, **fresh).returning(JOB.c.id)).first()
            )
        wake(self._engine, Channel.JOBS)
        return found is not None

    def drop(self, thing_id: str) -> bool:
        """Drop an event or a job for good, parked or on its ladder; False when there is none (any more)."""
        with self._engine.begin() as connection:
            found = (
                connection.execute(delete(RETRY).where(RETRY.c.id == thing_id).returning(RETRY.c.id)).first()
                or connection.execute(delete(JOB).where(JOB.c.id == thing_id).returning(JOB.c.id)).first()
            )
        return found is not None


def _event(row: Any) -> Parked:
    return Parked(
        row.id, "event", row.type, row.tenant, row.subject, row.attempt, row.error or "", row.first_seen, row.body
    )


def _job(row: Any) -> Parked:
    return Parked(
        row.id, "job", row.kind, row.tenant, row.key or "", row.attempt, row.error or "", row.created_at, row.payload
    )


class RepublishBrokeOff(Exception):
    """The bus did not take an event; `confirmed` were, up to and without the one of archive number `at`."""

    def __init__(self, confirmed: int, at: int) -> None:
        super().__init__(f"{confirmed} events were published again; the one of archive number {at} was not taken")
        self.confirmed, self.at = confirmed, at


def republish(engine: Engine, bus: Bus, *, since: datetime, until: datetime, types: tuple[str, ...] = ()) -> int:
    """Publish archived events again, in their order and under their own ids; return how many.

    RepublishBrokeOff at the first that the bus does not take: going on would leave a hole and lose the order.
    """
    publisher = bus.publisher()
    confirmed, after = 0, 0
    try:
        while rows := _archived(engine, after, since, until, types):
            outcomes = publisher.publish_batch([_message(row) for row in rows])
            for row in rows:
                if outcomes.get(row.event_id) is not Outcome.CONFIRMED:
                    raise RepublishBrokeOff(confirmed, row.id)
                confirmed += 1
            after = rows[-1].id
    finally:
        publisher.close()
    return confirmed


def _archived(engine: Engine, after: int, since: datetime, until: datetime, types: tuple[str, ...]) -> Sequence[Any]:
    within = (ARCHIVE.c.id > after, ARCHIVE.c.created_at >= since, ARCHIVE.c.created_at < until)
    statement = select(ARCHIVE).where(*within).order_by(ARCHIVE.c.id).limit(_REPUBLISH_BATCH)
    if types:
        statement = statement.where(ARCHIVE.c.type.in_(types))
    with engine.connect().execution_options(read_only=True) as connection:
        return connection.execute(statement).all()


def _message(row: Any) -> OutgoingMessage:
    return OutgoingMessage(
        message_id=row.event_id,
        routing_key=row.type,
        body=on_the_wire(row.envelope, row.sealed, row.sealed_until),
        type=row.type,
        mandatory=row.required,
    )


def blank_expired_sealed(engine: Engine, now: datetime) -> None:
    """Forget sealed parts whose life is over (a one-time code, a password link), wherever they are kept."""
    with engine.begin() as connection:
        for kept_in in (OUTBOX, ARCHIVE, RETRY):
            expired = (kept_in.c.sealed.is_not(None), kept_in.c.sealed_until < now)
            connection.execute(update(kept_in).where(*expired).values(sealed=None))


def erase_sealed(engine: Engine, subjects: list[str]) -> None:
    """Forget the sealed parts of every event of these subjects: what erasure of a person asks of the bus's tables."""
    with engine.begin() as connection:
        for kept_in in (OUTBOX, ARCHIVE, RETRY):
            connection.execute(update(kept_in).where(kept_in.c.subject.in_(subjects)).values(sealed=None))
