"""Publishes the outbox: in order per subject, confirmed by the broker, then moved to the archive.

Nothing is held locked while the broker is waited for. One relay is active per service, so no row is read twice at once;
a relay that dies between the confirm and the move publishes its batch again, and the inboxes drop the repeats.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Delete,
    Engine,
    Insert,
    Integer,
    Row,
    Select,
    any_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from plumbing.clock import Clock
from plumbing.database import ARCHIVE, OUTBOX
from plumbing.envelope import on_the_wire
from plumbing.singleton import SingletonLock
from plumbing.transport import Bus, BusUnavailable, Outcome, OutgoingMessage, Publisher
from plumbing.wake import Channel, Listener

log = structlog.get_logger()

BATCH = 500
_POLL_SECONDS = 0.5
_STANDBY_SECONDS = 2.0
_FIRST_BACKOFF_SECONDS = 0.2
_LONGEST_BACKOFF_SECONDS = 10.0
_LONGEST_RETURN_WAIT = timedelta(seconds=60)
_MOVED_COLUMNS = [
    "id", "event_id", "tenant", "type", "subject", "sequence", "required", "envelope", "sealed", "sealed_until",
    "created_at",
]  # fmt: skip


def _select_due() -> Select[Any]:
    now, earlier = bindparam("now", type_=OUTBOX.c.next_attempt_at.type), OUTBOX.alias("earlier")
    held_back = exists(
        select(literal(1)).where(
            earlier.c.subject == OUTBOX.c.subject, earlier.c.id < OUTBOX.c.id, earlier.c.next_attempt_at > now
        )
    )
    due = OUTBOX.c.next_attempt_at.is_(None) | (OUTBOX.c.next_attempt_at <= now)
    names = ("id", "event_id", "type", "subject", "required", "envelope", "sealed", "sealed_until", "attempts")
    columns = [OUTBOX.c[name] for name in names]
    return select(*columns).where(due, ~held_back).order_by(OUTBOX.c.id).limit(bindparam("batch", type_=Integer))


def _move_at_once() -> Insert:
    # PostgreSQL takes rows out of one table and puts them into another in one statement: one parse, one round trip,
    # one transaction of its own.
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    columns = [OUTBOX.c[name] for name in _MOVED_COLUMNS]
    moved = delete(OUTBOX).where(OUTBOX.c.id == any_(ids)).returning(*columns).cte("moved")
    published_at = bindparam("now", type_=ARCHIVE.c.published_at.type)
    return insert(ARCHIVE).from_select([*_MOVED_COLUMNS, "published_at"], select(*moved.c, published_at))


def _move_in_two_steps() -> tuple[Insert, Delete]:
    these = OUTBOX.c.id.in_(bindparam("ids", expanding=True))
    columns = [OUTBOX.c[name] for name in _MOVED_COLUMNS]
    published = select(*columns, bindparam("now", type_=ARCHIVE.c.published_at.type)).where(these)
    return insert(ARCHIVE).from_select([*_MOVED_COLUMNS, "published_at"], published), delete(OUTBOX).where(these)


_DUE = _select_due()
# A move to the archive that a crash of the server undoes is done again: the row is published once more and the inboxes
# drop it. So the disk that the event's next hop is waiting for is left to that one.
_WITHOUT_FLUSH = text("SET synchronous_commit TO off")
_MOVE_AT_ONCE = _move_at_once()
_COPY, _REMOVE = _move_in_two_steps()


class Relay:
    """Runs until stopped. `run` is crash-only towards the database and patient towards the broker."""

    def __init__(self, *, service: str, engine: Engine, bus: Bus, clock: Clock, batch: int = BATCH) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._batch = batch
        self._lock = SingletonLock(engine, f"{service}.relay")
        self._publisher: Publisher | None = None

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop`; database errors end it (the supervisor starts it again), broker errors do not."""
        listener = Listener(self._engine, Channel.OUTBOX)
        backoff = _FIRST_BACKOFF_SECONDS
        try:
            while not stop.is_set():
                if not self._take_lock():
                    stop.wait(_STANDBY_SECONDS)
                    continue
                try:
                    moved = self.relay_once()
                except BusUnavailable as failure:
                    log.warning("relay.waiting_for_bus", seconds=backoff, reason=str(failure))
                    stop.wait(backoff)
                    backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
                    continue
                backoff = _FIRST_BACKOFF_SECONDS
                if moved < self._batch:
                    listener.wait(_POLL_SECONDS)
        finally:
            listener.close()
            self.close()

    def _take_lock(self) -> bool:
        before = self._lock.connection
        if not self._lock.acquire():
            return False
        if (mine := self._lock.connection) is not None and mine is not before:
            mine.execute(_WITHOUT_FLUSH)
        return True

    def close(self) -> None:
        self._drop_publisher()
        self._lock.release()

    def relay_once(self) -> int:
        """Publish one batch and return how many rows were confirmed; BusUnavailable when the broker did not answer."""
        now = self._clock.now()
        rows = self._pending(now)
        outcomes: dict[str, Outcome] = {}
        try:
            for wave in _waves(rows):
                outcomes |= self._publish(wave)
                if any(outcomes.get(row.event_id) is not Outcome.CONFIRMED for row in wave):
                    break  # the next wave may hold later events of a subject that was just refused
        finally:
            confirmed = self._settle(rows, outcomes, now)
        if Outcome.UNKNOWN in outcomes.values():
            self._drop_publisher()
            raise BusUnavailable("the broker did not confirm in time")
        return confirmed

    def _pending(self, now: datetime) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            return connection.execute(_DUE, {"now": now, "batch": self._batch}).all()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._lock.connection is not None:
            yield self._lock.connection
            return
        with self._engine.connect().execution_options(read_only=True) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._lock.connection is not None:
            yield self._lock.connection
            return
        with self._engine.begin() as connection:
            yield connection

    def _publish(self, wave: Sequence[Row[Any]]) -> dict[str, Outcome]:
        if self._publisher is None:
            self._publisher = self._bus.publisher()
        messages = [
            OutgoingMessage(
                message_id=row.event_id,
                routing_key=row.type,
                body=on_the_wire(row.envelope, row.sealed, row.sealed_until),
                type=row.type,
                mandatory=row.required,
            )
            for row in wave
        ]
        try:
            return self._publisher.publish_batch(messages)
        except BusUnavailable:
            self._drop_publisher()
            raise

    def _drop_publisher(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            publisher.close()

    def _settle(self, rows: Sequence[Row[Any]], outcomes: dict[str, Outcome], now: datetime) -> int:
        done = [row.id for row in rows if outcomes.get(row.event_id) is Outcome.CONFIRMED]
        refused = [row for row in rows if outcomes.get(row.event_id) in (Outcome.RETURNED, Outcome.REFUSED)]
        if not done and not refused:
            return 0
        with self._writing() as connection:
            if done and connection.dialect.name == "postgresql":
                connection.execute(_MOVE_AT_ONCE, {"ids": done, "now": now})
            elif done:
                connection.execute(_COPY, {"ids": done, "now": now})
                connection.execute(_REMOVE, {"ids": done})
            for row in refused:
                self._put_off(connection, row, outcomes[row.event_id], now)
        return len(done)

    def _put_off(self, connection: Connection, row: Row[Any], outcome: Outcome, now: datetime) -> None:
        wait = min(timedelta(seconds=2 ** min(row.attempts, 10)), _LONGEST_RETURN_WAIT)
        connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == row.id)
            .values(attempts=row.attempts + 1, next_attempt_at=now + wait, last_error=outcome.value)
        )
        # A required event that nobody hears is an alarm: it stays here until somebody listens.
        log.error("event.not_taken", event_type=row.type, event_id=row.event_id, outcome=outcome.value)


def _waves(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """Split a batch: no wave holds two events of one subject, so a later one waits for the earlier one's confirm."""
    seen: dict[str, int] = defaultdict(int)
    waves: list[list[Row[Any]]] = []
    for row in rows:
        index = seen[row.subject]
        seen[row.subject] += 1
        if index == len(waves):
            waves.append([])
        waves[index].append(row)
    return waves


def outbox_depth(engine: Engine, clock: Clock) -> tuple[int, float]:
    """Return how many events wait in the outbox and the age in seconds of the oldest."""
    with engine.connect().execution_options(read_only=True) as connection:
        waiting, oldest = connection.execute(select(func.count(), func.min(OUTBOX.c.created_at))).one()
    return waiting, 0.0 if oldest is None else (clock.now() - oldest).total_seconds()
