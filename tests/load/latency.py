"""How long after a commit in one service its effect is committed in the next one, on servers that do nothing else."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from plumbing.envelope import CONTENT_TYPE
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.pair import ENTRIES_CHANNEL, Services, empty_inbox, envelopes, say_entries, write_receipt
from tests.load.rawamqp import RawConnection, encoded

EVENTS_A_TURN = 60
_LOST_SECONDS = 10.0
_QUEUE = "bench.bare"


def percentile(share: float) -> Callable[[Sequence[float]], float]:
    """The smallest sample that `share` of all samples do not exceed."""
    return lambda samples: sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


@contextmanager
def stage(ground: Ground) -> Iterator[Sides]:
    """A database for each service, the broker between them, and the worker processes of both."""
    empty_inbox(ground.rabbitmq.url)
    databases = {name: ground.postgres.new_database("bench") for name in ("teller", "ledger")}
    settings = {**databases, "bus": ground.rabbitmq.url}
    with (
        Child("tests.load.latency:pipe_turns", settings) as measured,
        Child("tests.load.latency:bare_turns", settings) as peer,
    ):
        yield Sides(measured, peer)
    for url in databases.values():
        ground.postgres.drop_database(url)


TRIAL = Trial(
    figures=(
        Figure("event_latency_p50_ms", "ms", Limit(15, of_value=True), percentile(0.50), pooled=True),
        Figure("event_latency_p99_ms", "ms", Limit(50, of_value=True), percentile(0.99), pooled=True),
    ),
    stage=stage,
    how=(
        "commit in one service to committed effect in the next: relay and consumer processes, PostgreSQL at both ends, "
        "a quorum queue between; against one process that does the bare hops in turn (commit, confirmed publish, "
        "delivery, commit)"
    ),
    rounds=10,
    seconds=75,
    events=EVENTS_A_TURN,
    quiet=0.4,
)


@contextmanager
def pipe_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Write receipts one after the other, a moment apart, and hear from the ledger's database when each is there."""
    teller, ledger = (Services(settings[name], settings["bus"]) for name in ("teller", "ledger"))
    for services in (teller, ledger):
        services.create_tables()
    say_entries(ledger.engine)
    with (
        _observer(settings["ledger"]) as arrivals,
        _part("consumer", settings, "ledger"),
        _part("relay", settings, "teller"),
    ):

        def one() -> float:
            receipt_id, committed = write_receipt(teller)
            return (arrivals.wait_for(receipt_id) - committed) * 1000

        _until_it_flows(teller, arrivals)
        yield lambda: [_after_a_moment(one) for _ in range(EVENTS_A_TURN)]


@contextmanager
def bare_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """The same hops by the shortest way: what these servers need on this machine."""
    with (
        RawConnection(settings["bus"]) as publisher,
        RawConnection(settings["bus"]) as consumer,
        psycopg.connect(_plain(settings["teller"])) as here,
        psycopg.connect(_plain(settings["ledger"])) as there,
    ):
        publisher.declare_quorum_queue(_QUEUE)
        consumer.consume(_QUEUE, prefetch=1)
        deliveries = consumer.deliveries()
        for connection in (here, there):
            connection.execute("CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, body text)")
            connection.commit()
        insert = "INSERT INTO bare VALUES (%s, %s)"

        def one() -> float:
            (envelope,) = envelopes(1)
            body = envelope.to_json()
            here.execute(insert, [envelope.id, body])
            begun = time.monotonic()
            here.commit()
            publisher.publish_and_wait([encoded("", _QUEUE, envelope.id, body.encode(), CONTENT_TYPE)])
            tag, received = next(deliveries)
            there.execute(insert, [envelope.id, received.decode()])
            there.commit()
            taken = time.monotonic() - begun
            consumer.ack(tag)
            return taken * 1000

        yield lambda: [_after_a_moment(one) for _ in range(EVENTS_A_TURN)]


def _after_a_moment(one: Callable[[], float]) -> float:
    # Everything has gone to sleep again when the next event is said, and not at the same point of any poll.
    time.sleep(random.uniform(0.01, 0.04))
    return one()


def _until_it_flows(teller: Services, arrivals: Arrivals) -> None:
    # The first event may wait for the consumer's queue or for the relay's first poll.
    for _ in range(5):
        receipt_id, _ = write_receipt(teller)
        arrivals.wait_for(receipt_id, seconds=60)


@contextmanager
def _part(part: str, settings: dict[str, Any], service: str) -> Iterator[None]:
    given = json.dumps({"database": settings[service], "bus": settings["bus"]})
    process = subprocess.Popen([sys.executable, "-m", "tests.load.pair", part, given])
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Arrivals:
    """When each entry was committed, by the database's own word."""

    def __init__(self) -> None:
        self._moments: dict[str, float] = {}
        self._changed = threading.Condition()

    def note(self, entry_id: str, moment: float) -> None:
        with self._changed:
            self._moments[entry_id] = moment
            self._changed.notify_all()

    def wait_for(self, entry_id: str, seconds: float = _LOST_SECONDS) -> float:
        with self._changed:
            if not self._changed.wait_for(lambda: entry_id in self._moments, seconds):
                raise RuntimeError(f"no effect within {seconds:.0f} s")
            return self._moments.pop(entry_id)


@contextmanager
def _observer(url: str) -> Iterator[Arrivals]:
    arrivals, stop = Arrivals(), threading.Event()

    def listen() -> None:
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute(f"LISTEN {ENTRIES_CHANNEL}")
            while not stop.is_set():
                for notice in connection.notifies(timeout=0.5):
                    arrivals.note(notice.payload, time.monotonic())

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield arrivals
    finally:
        stop.set()
        thread.join(5)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
