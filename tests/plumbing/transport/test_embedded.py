"""What is particular to the embedded bus: one file, many threads and processes, no server."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.messaging import Consumer, Producer

from plumbing.transport import Bus, BusUnavailable, InboxConsumer, Outcome
from plumbing.transport.embedded import processes
from plumbing.transport.embedded.store import Store
from plumbing.transport.wire import Link
from tests.plumbing.transport.place import Place, eventually, message, numbers, receive_all


@pytest.fixture
def file(embedded: Place) -> Path:
    return Path(embedded.url.removeprefix("parapluie+sqlite://"))


@pytest.fixture
def consumer(embedded: Place) -> Iterator[InboxConsumer]:
    consumer = embedded.bus().consumer(embedded.topology("thing.#"))
    consumer.open()
    yield consumer
    consumer.close()


def test_a_confirmed_message_is_written_through_to_the_disk(file: Path) -> None:
    store = Store(str(file), patience=1.0)
    assert store._one("PRAGMA journal_mode")[0] == "wal"
    assert store._one("PRAGMA synchronous")[0] == 2  # FULL: the log is synced at every commit
    store.close()


def test_messages_outlive_every_process(embedded: Place, consumer: InboxConsumer) -> None:
    consumer.close()
    peer = embedded.peer("publish", "0", "10")
    peer.line()
    peer.end()
    assert numbers(receive_all(consumer, 10)) == list(range(10))


def test_an_acked_message_is_deleted(embedded: Place, consumer: InboxConsumer, file: Path) -> None:
    publisher = embedded.bus().publisher()
    publisher.publish_batch([message(number) for number in range(10)])
    consumer.ack(receive_all(consumer, 10))
    publisher.close()
    consumer.close()
    database = sqlite3.connect(file)
    left = database.execute("SELECT queue FROM message").fetchall()
    owners = database.execute("SELECT count(*) FROM owner").fetchone()
    database.close()
    assert left == [(f"{embedded.service}.bindings",)]
    assert owners == (0,)


def test_a_writer_that_holds_the_file_leaves_the_outcome_unknown_in_time(embedded: Place, file: Path) -> None:
    publisher = embedded.bus(confirm_timeout=0.5).publisher()
    assert publisher.publish_batch([message(1, mandatory=False)]) == {"id-1": Outcome.CONFIRMED}
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    assert publisher.publish_batch([message(2, mandatory=False)]) == {"id-2": Outcome.UNKNOWN}

    assert time.monotonic() - began < 2.0
    other.execute("ROLLBACK")
    other.close()
    assert publisher.publish_batch([message(2, mandatory=False)]) == {"id-2": Outcome.CONFIRMED}
    publisher.close()
    assert len(embedded.peek(embedded.unheard, expected=3, seconds=0.5)) == 2


def test_a_consumer_that_cannot_give_back_does_so_later(embedded: Place, consumer: InboxConsumer, file: Path) -> None:
    publisher = embedded.bus().publisher()
    publisher.publish_batch([message(1)])
    leaving = embedded.bus(confirm_timeout=0.2).consumer(embedded.topology("thing.#"))
    consumer.close()
    assert numbers(receive_all(leaving, 1)) == [1]
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    leaving.close()
    other.execute("ROLLBACK")
    other.close()

    assert numbers(receive_all(consumer, 1)) == [1]
    publisher.close()


def test_a_forgotten_consumer_gives_back(embedded: Place, consumer: InboxConsumer) -> None:
    publisher = embedded.bus().publisher()
    consumer.close()
    forgetful = embedded.bus().consumer(embedded.topology("thing.#"))
    publisher.publish_batch([message(1)])
    assert len(receive_all(forgetful, 1)) == 1

    del forgetful
    gc.collect()

    assert numbers(receive_all(consumer, 1)) == [1]
    publisher.close()


def test_a_consumer_in_this_process_is_woken_at_once(embedded: Place, consumer: InboxConsumer) -> None:
    publisher = embedded.bus().publisher()
    publisher.publish_batch([message(0, mandatory=False)])
    receive_all(consumer, 1)
    waits: list[float] = []

    def publish() -> None:
        own = embedded.bus().publisher()
        for number in range(1, 11):
            time.sleep(0.05)
            sent.append(time.monotonic())
            own.publish_batch([message(number)])
        own.close()

    sent: list[float] = []
    thread = threading.Thread(target=publish)
    thread.start()
    for index in range(10):
        assert consumer.receive(max_messages=1, timeout=5.0)
        waits.append(time.monotonic() - sent[index])
    thread.join()
    publisher.close()
    assert sorted(waits)[5] < 0.03  # polling alone would take 25 ms on average


def test_wake_is_harmless(embedded: Place) -> None:
    embedded.bus().wake()
    Bus("amqp://127.0.0.1:1/").wake()


def test_a_folder_that_is_not_there_is_a_bus_that_is_unavailable(tmp_path: Path) -> None:
    bus = Bus(f"parapluie+sqlite:///{tmp_path}/nowhere/bus.sqlite")
    assert bus.ping() is False
    with pytest.raises(BusUnavailable):
        bus.publisher().publish_batch([message(1)])


def test_kombus_own_producer_and_consumer_work_on_it(embedded: Place) -> None:
    exchange = Exchange("plain", type="topic", durable=True)
    queue = Queue("plain.queue", exchange, routing_key="a.#", durable=True)
    received: list[object] = []
    with Connection(embedded.url) as connection:
        channel = connection.channel()

        def on_message(body: object, incoming: object) -> None:
            received.append(body)
            incoming.ack()  # type: ignore[attr-defined]

        with Consumer(channel, queues=[queue], callbacks=[on_message], accept=["json"]):
            Producer(channel, exchange).publish({"hello": "world"}, routing_key="a.b", serializer="json")
            connection.drain_events(timeout=2)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.1)
    assert received == [{"hello": "world"}]


def test_a_required_message_returns_before_it_is_confirmed(embedded: Place) -> None:
    """As RabbitMQ orders it, since the publisher relies on it."""
    link = Link(embedded.url, heartbeat=30, timeout=1.0)
    said: list[str] = []
    link.channel.confirm_select()
    link.channel.events["basic_return"].add(lambda *_: said.append("return"))
    link.channel.events["basic_ack"].add(lambda *_: said.append("ack"))
    sent = link.channel.prepare_message(b"", content_type="text/plain", headers={}, properties={})
    link.channel.basic_publish(sent, embedded.exchange, "nobody", True)
    with link.in_use(5):
        link.drain(1.0)
    link.close()
    assert said == ["return", "ack"]


def test_a_live_process_is_told_from_a_dead_one() -> None:
    assert processes.is_dead(processes.identity()) is False
    child = subprocess.Popen(
        [sys.executable, "-c", "from plumbing.transport.embedded import processes as p; print(p.identity()); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    identity = child.stdout.readline().strip()
    assert processes.is_dead(identity) is False
    child.kill()
    assert eventually(lambda: processes.is_dead(identity) is True)  # a zombie: nobody has waited for it yet
    child.communicate()
    assert processes.is_dead(identity) is True
    place, pid, _ = processes.identity().split(" ")
    assert processes.is_dead(f"{place} {pid} 12345") is True  # the number was given to another process
    assert processes.is_dead(f"elsewhere {pid} 12345") is None


def test_an_owner_in_another_container_is_given_up_when_it_gives_no_sign_of_life(
    embedded: Place, consumer: InboxConsumer, file: Path
) -> None:
    publisher = embedded.bus().publisher()
    consumer.close()
    publisher.publish_batch([message(1), message(2)])
    database = sqlite3.connect(file, isolation_level=None)
    for owner, number, age in ((1001, 1, 60), (1002, 2, 1)):
        database.execute("INSERT INTO owner VALUES (?, 'elsewhere 1 1', ?)", (owner, time.time() - age))
        database.execute(
            "UPDATE message SET owner = ? WHERE json_extract(properties, '$.message_id') = ?", (owner, f"id-{number}")
        )
    database.close()

    assert numbers(receive_all(consumer, 2, seconds=1.5)) == [1]
    publisher.close()


def test_a_busy_consumer_shows_signs_of_life(embedded: Place, consumer: InboxConsumer, file: Path) -> None:
    publisher = embedded.bus().publisher()
    publisher.publish_batch([message(1)])
    assert receive_all(consumer, 1)
    database = sqlite3.connect(file)

    def renewed() -> float:
        found: float = database.execute("SELECT max(renewed_at) FROM owner").fetchone()[0]
        return found

    first = renewed()
    assert eventually(lambda: renewed() > first, seconds=8)  # by the pulse: this thread does nothing for it
    database.close()
    publisher.close()


def test_processes_that_open_the_file_together_agree(tmp_path: Path) -> None:
    url = f"parapluie+sqlite:///{tmp_path}/new.sqlite"
    script = "import sys; from plumbing.transport import Bus; Bus(sys.argv[1]).declare_exchanges()"
    starting = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(4)]
    assert [each.wait(30) for each in starting] == [0, 0, 0, 0]
    assert Bus(url).ping()
