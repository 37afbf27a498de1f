"""Whatever a sender writes into a message's properties, its body arrives, once, and the messages around it too."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from plumbing.transport import Delivery
from tests.plumbing.transport.place import Place, message, receive_all

# Seconds that other languages' dates can hold, and Python's cannot.
END_OF_TIME = 2**60

UNREADABLE: dict[str, dict[str, Any]] = {
    "a message id that is no text": {"message_id": b"\xff\xfe"},
    "a type that is no text": {"type": b"\xff"},
    "an encoding that is no text": {"content_encoding": b"\xff"},
    "a date after time": {"headers": {"when": datetime.now(UTC)}},
    "tables in tables": {"headers": {"a": {"a": {"a": {"a": {"a": [{}] * 50}}}}}},
    "headers that are no text": {"headers": {"x": b"\xff\xfe", "d": Decimal("1.5"), "n": 2**63 - 1}},
    "a count of his own": {"headers": {"x-delivery-count": "lots"}},
    "a count that is a table": {"headers": {"x-delivery-count": {"a": 1}}},
    "an instant after time": {"timestamp": 2**63 - 1},
    "a pickle": {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
}


@pytest.fixture
def witness(on_rabbitmq: Place) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(on_rabbitmq.url))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


def publish(witness: BlockingChannel, place: Place, body: bytes, **properties: Any) -> None:
    with mock.patch("pika.data.calendar.timegm", return_value=END_OF_TIME):
        everything = pika.BasicProperties(delivery_mode=2, **properties)
        witness.basic_publish(place.exchange, "thing.made.v1", body, everything)


@pytest.mark.parametrize("empty", [False, True], ids=["body", "no body"])
def test_it_arrives_once_and_so_do_its_neighbours(on_rabbitmq: Place, witness: BlockingChannel, empty: bool) -> None:
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#"))
    consumer.open()
    for number, odd in enumerate(UNREADABLE.values()):
        publish(witness, on_rabbitmq, b"" if empty else b"odd %d" % number, **odd)
        publish(witness, on_rabbitmq, message(number).body)

    arrived = receive_all(consumer, 2 * len(UNREADABLE))
    consumer.ack(arrived)
    consumer.close()

    assert [each.body for each in arrived[1::2]] == [message(number).body for number in range(len(UNREADABLE))]
    odd_bodies = [b"" if empty else b"odd %d" % number for number in range(len(UNREADABLE))]
    assert [each.body for each in arrived[::2]] == odd_bodies
    assert {each.delivery_count for each in arrived} == {0}
    assert not any(each.redelivered for each in arrived)
    assert arrived[0].message_id is None


def test_the_dead_are_read_too(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    topology = on_rabbitmq.topology("thing.#")
    consumer = on_rabbitmq.bus().consumer(topology)
    consumer.open()
    for odd in UNREADABLE.values():
        publish(witness, on_rabbitmq, b"odd", **odd)
    for each in receive_all(consumer, len(UNREADABLE)):
        consumer.reject(each, requeue=False)
    taken: list[Delivery] = []
    deadline = time.monotonic() + 10
    with on_rabbitmq.bus().dead_letters(topology) as dead:
        while len(taken) < len(UNREADABLE) and time.monotonic() < deadline:
            taken += dead.take(len(UNREADABLE))
        dead.ack(taken)
    consumer.close()
    assert [each.body for each in taken] == [b"odd"] * len(UNREADABLE)


def test_nothing_is_unpacked_because_a_header_says_so(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#"))
    consumer.open()
    packed = gzip.compress(b"\x00" * 50_000_000)
    publish(witness, on_rabbitmq, packed, headers={"compression": "application/x-gzip"})

    (arrived,) = receive_all(consumer, 1)
    consumer.ack([arrived])
    consumer.close()

    assert arrived.body == packed
