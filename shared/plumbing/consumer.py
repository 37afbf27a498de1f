"""Hears events: the handler's effects and the inbox row commit together, then the message is acknowledged.

Messages are taken in batches, one transaction a batch. While all goes well they share everything (`together`). Where
one fails the batch is taken apart and heard again with a savepoint a message, so that a bad one spoils nothing for the
others; where the database refuses even that, with a transaction a message. An event that fails goes to the service's
own retry table, so that the queue goes on and the ladder survives everything; one that cannot succeed, or is no event
at all, is parked for a person.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from marshmallow import ValidationError
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from plumbing.clock import Clock
from plumbing.envelope import Envelope, Malformed, Received
from plumbing.errors import Permanent, StaleWrite
from plumbing.failures import describe
from plumbing.inbox import (
    PARKED,
    WAITING,
    InboxClaim,
    is_held_back,
    keep_for_later,
    note_together,
    park_unreadable,
    was_heard,
)
from plumbing.ladder import next_try
from plumbing.origin import Origin, originating
from plumbing.retries import lease_one, put_back, received_again, take_out
from plumbing.senders import read
from plumbing.subscriptions import Context, Event, Handler, Subscription, Subscriptions
from plumbing.telemetry.tracing import continued_trace, current_traceparent
from plumbing.together import NotTogether, Together
from plumbing.transport import Bus, BusUnavailable, Delivery, InboxConsumer
from plumbing.unit_of_work import AlreadyTaken, Claim, Units
from plumbing.wake import Channel, wake

__all__ = ["Consumer", "Context", "Event", "Handler", "Subscription", "Subscriptions"]

log = structlog.get_logger()

BATCH = 50
_RECEIVE_SECONDS = 0.5
_RETRIES_A_TURN = 20
_LADDER_SECONDS = 0.4
_STALE_TRIES = 3
_DEAD_LETTERS_SECONDS = 30.0
_PAUSE_SECONDS = 1.0


class Consumer:
    """Hears events of one service. `services` is its Bootstrap and offers `units`, `clock`, `sealer`."""

    def __init__(self, subscriptions: Subscriptions, services: Any) -> None:
        self._subscriptions = subscriptions
        self._services = services
        self._units: Units[Any] = services.units
        self._engine = self._units.workshop.engine
        self._clock: Clock = services.clock
        self.name = subscriptions.service
        self._next_look_at_the_dead = 0.0
        self._next_look_at_the_ladder = 0.0

    def run(self, bus: Bus, stop: threading.Event) -> None:
        """Hear until `stop`; a lost bus and a database that refuses are waited for."""
        queue: InboxConsumer | None = None
        try:
            while not stop.is_set():
                # First, so that no message is taken while the database is away: each one given back is counted, and
                # after ten of them it would be among the dead.
                self._look_at_the_ladder()
                try:
                    queue = queue or bus.consumer(self._subscriptions.topology())
                    deliveries = queue.receive(max_messages=BATCH, timeout=_RECEIVE_SECONDS)
                    if deliveries:
                        self._hear_patiently(deliveries, queue, stop)
                        queue.ack(deliveries)
                except BusUnavailable as failure:
                    log.warning("consumer.waiting_for_bus", reason=str(failure))
                    queue = None
                    stop.wait(1.0)
                self._park_dead(bus)
        finally:
            if queue is not None:
                queue.close()

    def _look_at_the_ladder(self) -> None:
        moment = time.monotonic()
        if moment >= self._next_look_at_the_ladder and self.retry_due() < _RETRIES_A_TURN:
            self._next_look_at_the_ladder = moment + _LADDER_SECONDS

    def _hear_patiently(self, deliveries: Sequence[Delivery], queue: InboxConsumer, stop: threading.Event) -> None:
        """Hear a batch, again and again while the database refuses: messages given back would count as delivered."""
        while True:
            try:
                self.hear(deliveries)
                return
            except DBAPIError as failure:
                log.warning("consumer.waiting_for_database", reason=describe(failure))
                if stop.wait(_PAUSE_SECONDS):
                    raise
                # Takes nothing; it answers the broker's heartbeats meanwhile.
                queue.receive(max_messages=0, timeout=0.0)

    def _park_dead(self, bus: Bus) -> None:
        moment = time.monotonic()
        if moment < self._next_look_at_the_dead:
            return
        self._next_look_at_the_dead = moment + _DEAD_LETTERS_SECONDS
        try:
            with bus.dead_letters(self._subscriptions.topology()) as dead:
                while taken := dead.take(BATCH):
                    self.park_dead(taken)
                    dead.ack(taken)
        except BusUnavailable:
            return  # the inbox says so already

    def park_dead(self, deliveries: Sequence[Delivery]) -> None:
        """Park what killed its consumers too often; what was heard after all is left aside."""
        now = self._clock.now()
        error = "delivered too often without being heard: it may end the process that handles it"
        with self._engine.begin() as connection:
            for delivery in deliveries:
                try:
                    received = read(delivery)
                except Malformed as failure:
                    self._park_unreadable(connection, delivery, now, str(failure))
                    continue
                if was_heard(connection, self.name, received.envelope):
                    continue
                log.error("event.dead", event_type=received.envelope.type, event_id=received.envelope.id)
                keep_for_later(
                    connection,
                    consumer=self.name,
                    received=received,
                    user_id=delivery.user_id,
                    state=PARKED,
                    attempt=delivery.delivery_count,
                    next_at=now,
                    now=now,
                    error=error,
                )

    def _park_unreadable(self, connection: Connection, delivery: Delivery, now: datetime, error: str) -> None:
        park_unreadable(
            connection, consumer=self.name, body=delivery.body, message_id=delivery.message_id, now=now, error=error
        )
        log.error("message.malformed", reason=error)

    def hear(self, deliveries: Sequence[Delivery]) -> None:
        """Apply a batch in one go; where that fails with a savepoint a message, at last with a transaction each."""
        try:
            channels = self._hear_in_one_go(deliveries)
        except Exception as failure:
            # Whatever it is, it is met again where it can be dealt with.
            if isinstance(failure, DBAPIError) and failure.connection_invalidated:
                raise
            log.info("batch.taken_apart", events=len(deliveries), reason=describe(failure))
            self._hear_apart(deliveries)
            channels = {Channel.OUTBOX, Channel.JOBS}
        wake(self._engine, *channels)

    def _hear_in_one_go(self, deliveries: Sequence[Delivery]) -> set[Channel]:
        """Apply a batch without savepoints, all or nothing; return who has something to do now."""
        readable, unreadable = _sorted_out(deliveries)
        with self._engine.begin() as connection, Together(connection) as together:
            batch = [received for _, received in readable]
            fresh = note_together(connection, self.name, batch, self._clock.now())
            rest = list(unreadable)
            for delivery, received in readable:
                if received.envelope.id not in fresh:
                    rest.append(delivery)
                    continue
                self._handle_once(received, delivery.user_id, together=together)
            together.finish()
            # What was heard before, what has to wait and what is no event changes nothing for the others.
            for delivery in rest:
                self._hear_one(connection, delivery)
        return together.channels

    def _hear_apart(self, deliveries: Sequence[Delivery]) -> None:
        try:
            self._hear_each(deliveries)
        except DBAPIError as failure:
            if failure.connection_invalidated:
                raise
            for delivery in deliveries:
                self._hear_each([delivery])

    def _hear_each(self, deliveries: Sequence[Delivery]) -> None:
        with self._engine.begin() as connection:
            for delivery in deliveries:
                self._hear_one(connection, delivery)

    def _hear_one(self, connection: Connection, delivery: Delivery) -> None:
        now = self._clock.now()
        try:
            received = read(delivery)
        except Malformed as failure:
            self._park_unreadable(connection, delivery, now, str(failure))
            return
        if is_held_back(connection, self.name, received.envelope):
            kept: dict[str, Any] = {
                "state": WAITING,
                "attempt": 0,
                "next_at": now,
                "error": "an earlier event is being retried",
            }
        else:
            error, permanent = self._apply(connection, received, delivery.user_id)
            if error is None:
                return
            at = None if permanent else next_try(1, now)
            kept = {"state": PARKED if at is None else WAITING, "attempt": 1, "next_at": at or now, "error": error}
        keep_for_later(connection, consumer=self.name, received=received, user_id=delivery.user_id, now=now, **kept)

    def _apply(self, connection: Connection, received: Received, user_id: str | None) -> tuple[str | None, bool]:
        """Call the handler; return the failure's text and whether it is permanent, (None, False) when all is well."""
        envelope = received.envelope
        for attempt in range(1, _STALE_TRIES + 1):
            try:
                self._handle_once(received, user_id, connection=connection)
                return None, False
            except StaleWrite as failure:
                if attempt == _STALE_TRIES:
                    return describe(failure), False
            except Permanent as failure:
                log.error("event.parked", event_type=envelope.type, event_id=envelope.id, error=describe(failure))
                return describe(failure), True
            except OperationalError:
                # The transaction is lost, and with it the batch: the caller decides.
                raise
            except Exception as failure:
                log.warning(
                    "event.failed",
                    event_type=envelope.type,
                    event_id=envelope.id,
                    error=describe(failure),
                    exc_info=True,
                )
                return describe(failure), False
        raise AssertionError("unreachable")

    def _handle_once(self, received: Received, user_id: str | None, **where: Any) -> None:
        try:
            self._handle(received, user_id, **where)
        except AlreadyTaken:
            log.info("event.repeated", event_type=received.envelope.type, event_id=received.envelope.id)

    def _handle(
        self,
        received: Received,
        user_id: str | None,
        *,
        connection: Connection | None = None,
        together: Together | None = None,
    ) -> None:
        envelope = received.envelope
        subscription = self._subscriptions.find(envelope.type)
        if subscription is None:
            raise Permanent(f"{self.name} has no handler for {envelope.type}")
        now, latest_wins, noted = self._clock.now(), subscription.latest_wins, together is not None
        claim = _WatchedClaim(InboxClaim(self.name, envelope, received.sha256, now, latest_wins, noted))
        uow = self._units.for_tenant(envelope.tenant, claim=claim, connection=connection, together=together)
        if subscription.sealed is not None and self.name not in received.sealed:
            self._hear_without_sealed_part(received, uow)
            return
        event = self._event(subscription, received, user_id)
        with continued_trace(envelope.traceparent, f"hear {envelope.type}"):
            origin = Origin(envelope.correlation_id, envelope.id, current_traceparent() or envelope.traceparent)
            with originating(origin):
                subscription.handler(event, Context(uow=uow, services=self._services))
                if not claim.was_committed:
                    # The handler had nothing to change: the event is heard all the same.
                    with uow() as work:
                        work.commit()

    def _hear_without_sealed_part(self, received: Received, uow: Callable[[], Any]) -> None:
        if received.sealed_until is None or received.sealed_until > self._clock.now():
            raise Permanent(f"{received.envelope.type} came without the part sealed for {self.name}")
        # Its life was over before it came (a one-time code, a link): there is nothing left to do with it.
        with uow() as work:
            work.commit()
        log.warning("event.expired", event_type=received.envelope.type, event_id=received.envelope.id)

    def _event(self, subscription: Subscription, received: Received, user_id: str | None) -> Event:
        envelope: Envelope = received.envelope
        sealed: Mapping[str, Any] = {}
        try:
            data = subscription.schema.load(envelope.data)
            if subscription.sealed is not None:
                sealed = subscription.sealed.load(self._services.sealer.open(received.sealed[self.name]))
        except ValidationError as failure:
            # Field names only: messages quote values.
            raise Permanent(f"fields {sorted(map(str, failure.messages))} are not as expected") from None
        return Event(
            id=envelope.id,
            type=envelope.type,
            source=envelope.source,
            subject=envelope.subject,
            tenant=envelope.tenant,
            sequence=envelope.sequence,
            time=envelope.time,
            data=data,
            sealed=sealed,
            user_id=user_id,
        )

    def retry_due(self) -> int:
        """Try again what is due on the ladder, oldest first; return how many were tried."""
        tried = 0
        while tried < _RETRIES_A_TURN and (row := lease_one(self._engine, self.name, self._clock.now())) is not None:
            self._retry(row)
            tried += 1
        if tried:
            wake(self._engine, Channel.OUTBOX, Channel.JOBS)
        return tried

    def _retry(self, leased: Row[Any]) -> None:
        with self._engine.begin() as connection:
            row = take_out(connection, leased)
            if row is None:
                return
            now = self._clock.now()
            try:
                received = received_again(row)
            except Malformed as failure:
                put_back(connection, row, error=str(failure), permanent=True, now=now)
                return
            error, permanent = self._apply(connection, received, row.user_id)
            if error is not None:
                put_back(connection, row, error=error, permanent=permanent, now=now)


class _WatchedClaim:
    """Remembers whether the handler committed a unit of work."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.was_committed = False

    def take(self, session: Session) -> None:
        if self.was_committed:
            raise AlreadyTaken("the handler committed a unit of work before")
        self._claim.take(session)

    def committed(self) -> None:
        self.was_committed = True


def _sorted_out(deliveries: Sequence[Delivery]) -> tuple[list[tuple[Delivery, Received]], list[Delivery]]:
    """Return what can be read, and the rest; NotTogether when an id is there twice."""
    readable: list[tuple[Delivery, Received]] = []
    unreadable: list[Delivery] = []
    for delivery in deliveries:
        try:
            readable.append((delivery, read(delivery)))
        except Malformed:
            unreadable.append(delivery)
    if len({received.envelope.id for _, received in readable}) < len(readable):
        raise NotTogether("an id is there twice")
    return readable, unreadable
