"""How fast a consumer empties its queue in batches, against a transaction and an ack a message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import func, select

from plumbing.consumer import BATCH, Consumer, Context
from plumbing.database import INBOX
from plumbing.inbox import InboxClaim
from plumbing.senders import read
from plumbing.subscriptions import Event
from plumbing.transport import Delivery, OutgoingMessage
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.pair import ENTRIES, SUBSCRIPTIONS, TYPE, Services, empty_inbox, envelopes

EVENTS_A_TURN = 1_000
_FACTS = ("id", "type", "source", "subject", "tenant", "sequence", "time")


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """A ledger each, with the same quorum queue in front; they take turns."""
    empty_inbox(ground.rabbitmq.url)
    databases = [ground.postgres.new_database("bench") for _ in range(2)]
    both = [{"database": database, "bus": ground.rabbitmq.url} for database in databases]
    with (
        Child("tests.load.hearing:batch_turns", both[0]) as measured,
        Child("tests.load.hearing:row_turns", both[1]) as peer,
    ):
        yield Sides(measured, peer)
    for database in databases:
        ground.postgres.drop_database(database)


TRIAL = Trial(
    figures=(Figure("inbox_batch_vs_row", "events/s", Limit(5, at_least=True)),),
    stage=stage,
    how=(
        f"a consumer hears a quorum queue in batches of {BATCH} (inbox row, a handler that adds one row, PostgreSQL); "
        "against the same handler with one transaction and one ack a message"
    ),
    events=EVENTS_A_TURN,
)


def batch_turns(settings: dict[str, Any]) -> Any:
    """The consumer's own way."""

    def hear(services: Services, batch: Sequence[Delivery]) -> None:
        consumer = Consumer(SUBSCRIPTIONS, services)
        consumer.hear(batch)

    return _turns(settings, BATCH, hear)


def row_turns(settings: dict[str, Any]) -> Any:
    """What one writes without batches: claim, effect and commit of each message, on the same plumbing."""
    return _turns(settings, 1, _hear_row)


def _hear_row(services: Services, batch: Sequence[Delivery]) -> None:
    (delivery,) = batch
    received = read(delivery)
    envelope = received.envelope
    subscription = SUBSCRIPTIONS.entries[envelope.type]
    facts = {name: getattr(envelope, name) for name in _FACTS}
    event = Event(**facts, data=subscription.schema.load(envelope.data), sealed={})
    claim = InboxClaim(SUBSCRIPTIONS.service, envelope, received.sha256, services.clock.now())
    uow = services.units.for_tenant(envelope.tenant, claim=claim)
    subscription.handler(event, Context(uow=uow, services=services))


@contextmanager
def _turns(
    settings: dict[str, Any], batch: int, hear: Callable[[Services, Sequence[Delivery]], None]
) -> Iterator[Callable[[], list[float]]]:
    services = Services(settings["database"], settings["bus"])
    services.create_tables()
    topology = SUBSCRIPTIONS.topology()

    def turn() -> list[float]:
        with closing(services.bus.consumer(topology)) as queue:
            queue.open()
            _publish(services)
            kept = _count(services, ENTRIES)
            heard = 0
            begun = time.perf_counter()
            while heard < EVENTS_A_TURN:
                deliveries = queue.receive(max_messages=batch, timeout=5)
                if not deliveries:
                    raise RuntimeError(f"only {heard} messages came")
                hear(services, deliveries)
                queue.ack(deliveries)
                heard += len(deliveries)
            seconds = time.perf_counter() - begun
        if _count(services, ENTRIES) - kept != EVENTS_A_TURN or _count(services, INBOX) != kept + EVENTS_A_TURN:
            raise RuntimeError("not every event was heard once")
        return [EVENTS_A_TURN / seconds]

    yield turn


def _publish(services: Services) -> None:
    messages = [
        OutgoingMessage(envelope.id, envelope.type, envelope.to_json().encode(), TYPE)
        for envelope in envelopes(EVENTS_A_TURN)
    ]
    with closing(services.bus.publisher()) as publisher:
        publisher.publish_batch(messages)


def _count(services: Services, table: Any) -> int:
    with services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
