"""How fast the relay empties an outbox, against the least that can publish the same bytes as safely."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select

from plumbing.database import ARCHIVE, OUTBOX
from plumbing.envelope import CONTENT_TYPE
from plumbing.relay import BATCH, Relay
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.pair import TYPE, Services, empty_inbox, envelopes
from tests.load.rawamqp import RawConnection, encoded

EVENTS_A_TURN = 6_000
_EXCHANGE = "parapluie.events"


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """A teller's database with a full outbox, and the quorum queue that hears of it."""
    settings = {"database": ground.postgres.new_database("bench"), "bus": ground.rabbitmq.url}
    empty_inbox(ground.rabbitmq.url)
    with (
        Child("tests.load.relaying:relay_turns", settings) as measured,
        Child("tests.load.relaying:raw_turns", settings) as peer,
    ):
        yield Sides(measured, peer)
    ground.postgres.drop_database(settings["database"])


TRIAL = Trial(
    figures=(Figure("relay_vs_raw_publish", "events/s", Limit(0.3, at_least=True)),),
    stage=stage,
    how=(
        "the relay empties an outbox on PostgreSQL into a quorum queue, archive kept; against a raw socket that sends "
        f"the same bytes, encoded beforehand, and waits for the confirms of each {BATCH}"
    ),
    events=EVENTS_A_TURN,
)


@contextmanager
def relay_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Fill the outbox, then time the relay until the last row is archived."""
    services = Services(settings["database"], settings["bus"])
    services.create_tables()
    relay = Relay(service="teller", engine=services.engine, bus=services.bus, clock=services.clock)

    def turn() -> list[float]:
        _fill(services)
        empty_inbox(settings["bus"])
        archived = _count(services, ARCHIVE)
        begun = time.perf_counter()
        while relay.relay_once():
            pass
        seconds = time.perf_counter() - begun
        if _count(services, ARCHIVE) - archived != EVENTS_A_TURN or _count(services, OUTBOX):
            raise RuntimeError("the relay left something behind")
        return [EVENTS_A_TURN / seconds]

    yield turn
    relay.close()


@contextmanager
def raw_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Encode the messages, then time the socket."""
    with RawConnection(settings["bus"]) as connection:

        def turn() -> list[float]:
            messages = [
                encoded(_EXCHANGE, TYPE, envelope.id, envelope.to_json().encode(), CONTENT_TYPE)
                for envelope in envelopes(EVENTS_A_TURN)
            ]
            empty_inbox(settings["bus"])
            begun = time.perf_counter()
            for first in range(0, EVENTS_A_TURN, BATCH):
                connection.publish_and_wait(messages[first : first + BATCH])
            return [EVENTS_A_TURN / (time.perf_counter() - begun)]

        yield turn


def _fill(services: Services) -> None:
    rows = [
        {
            "event_id": envelope.id,
            "tenant": envelope.tenant,
            "type": envelope.type,
            "subject": envelope.subject,
            "sequence": envelope.sequence,
            "required": True,
            "envelope": envelope.to_json(),
            "created_at": envelope.time,
            "attempts": 0,
        }
        for envelope in envelopes(EVENTS_A_TURN)
    ]
    with services.engine.begin() as connection:
        connection.execute(OUTBOX.insert(), rows)


def _count(services: Services, table: Any) -> int:
    with services.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
