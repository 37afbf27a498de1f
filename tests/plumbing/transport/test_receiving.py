"""Receiving: what is acked is gone, what is not comes back, on both transports."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from plumbing.transport import InboxConsumer, Publisher
from tests.plumbing.transport.place import Peer, Place, eventually, message, numbers, receive_all

Listen = Callable[..., InboxConsumer]
StartPeer = Callable[..., Peer]


def test_receive_waits_no_longer_than_it_is_told(listen: Listen) -> None:
    consumer = listen("thing.#")
    began = time.monotonic()
    assert consumer.receive(max_messages=10, timeout=0.3) == []
    assert 0.25 <= time.monotonic() - began < 1.0


def test_receive_gives_no_more_than_it_is_asked_for(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(number) for number in range(7)])

    batches = [numbers(consumer.receive(max_messages=3, timeout=1.0)) for _ in range(2)]

    assert [number for batch in batches for number in batch][:4] == [0, 1, 2, 3]
    assert all(1 <= len(batch) <= 3 for batch in batches)


def test_a_message_of_another_process_wakes_the_consumer_soon(listen: Listen, peer: StartPeer) -> None:
    consumer = listen("thing.#")
    publishing = peer("publish", 0, 1)
    (delivery,) = receive_all(consumer, 1)
    heard = time.monotonic()
    publishing.line()
    assert time.monotonic() - heard < 0.5
    assert numbers([delivery]) == [0]


def test_messages_come_in_the_order_they_were_published(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#", "other.#", prefetch=20)
    for first in range(0, 200, 20):
        publisher.publish_batch(
            [message(number, "thing.made.v1" if number % 2 else "other.made.v1") for number in range(first, first + 20)]
        )

    received: list[int] = []
    while len(received) < 200 and (deliveries := consumer.receive(max_messages=7, timeout=2.0)):
        received += numbers(deliveries)
        consumer.ack(deliveries)

    assert received == list(range(200))


def test_what_was_acked_does_not_come_back(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(number) for number in range(6)])
    deliveries = receive_all(consumer, 6)

    consumer.ack([deliveries[0], deliveries[1], deliveries[4]])  # a run from the start, and one in the middle
    consumer.ack([])
    consumer.close()

    assert numbers(receive_all(consumer, 4, seconds=2)) == [2, 3, 5]


def test_acking_twice_changes_nothing(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1), message(2)])
    first, second = receive_all(consumer, 2)

    consumer.ack([first])
    consumer.ack([first])

    consumer.ack([second])
    consumer.close()
    assert consumer.receive(max_messages=5, timeout=0.3) == []


def test_closing_gives_back_what_was_not_acked(publisher: Publisher, listen: Listen) -> None:
    leaving = listen("thing.#")
    publisher.publish_batch([message(number) for number in range(3)])
    assert numbers(receive_all(leaving, 3)) == [0, 1, 2]

    leaving.close()

    taking_over = receive_all(listen("thing.#"), 3)
    assert numbers(taking_over) == [0, 1, 2]
    assert [delivery.redelivered for delivery in taking_over] == [True, True, True]


def test_acks_of_a_closed_connection_are_ignored(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1)])
    stale = receive_all(consumer, 1)
    consumer.close()
    fresh = receive_all(consumer, 1)

    consumer.ack(stale)
    consumer.reject(stale[0], requeue=True)

    consumer.ack(fresh)
    consumer.close()
    assert consumer.receive(max_messages=1, timeout=0.3) == []


def test_a_killed_consumer_loses_nothing(publisher: Publisher, listen: Listen, peer: StartPeer) -> None:
    listen("thing.#").close()
    publisher.publish_batch([message(number) for number in range(5)])
    doomed = peer("hold", 5)
    assert doomed.line() == [0, 1, 2, 3, 4]

    doomed.kill()
    began = time.monotonic()
    again = receive_all(listen("thing.#"), 5)

    assert time.monotonic() - began < 10
    assert numbers(again) == [0, 1, 2, 3, 4]
    assert {(delivery.redelivered, delivery.delivery_count) for delivery in again} == {(True, 1)}


def test_a_consumer_that_is_there_takes_over_from_a_killed_one(
    publisher: Publisher, listen: Listen, peer: StartPeer
) -> None:
    listen("thing.#").close()
    publisher.publish_batch([message(number) for number in range(5)])
    doomed = peer("hold", 5)
    assert doomed.line() == [0, 1, 2, 3, 4]
    waiting = listen("thing.#")
    assert waiting.receive(max_messages=5, timeout=1.5) == []  # the other one holds them and lives

    doomed.kill()

    assert numbers(receive_all(waiting, 5)) == [0, 1, 2, 3, 4]


def test_two_consumers_share_without_repeats(publisher: Publisher, listen: Listen) -> None:
    consumers = [listen("thing.#", prefetch=5) for _ in range(2)]
    publisher.publish_batch([message(number) for number in range(100)])

    received: list[list[int]] = [[], []]

    def take() -> bool:
        for consumer, mine in zip(consumers, received, strict=True):
            deliveries = consumer.receive(max_messages=5, timeout=0.1)
            mine.extend(numbers(deliveries))
            consumer.ack(deliveries)
        return sum(map(len, received)) >= 100

    assert eventually(take, seconds=20)
    assert sorted(received[0] + received[1]) == list(range(100))
    assert received[0]
    assert received[1]


def test_no_more_than_the_prefetch_is_held(publisher: Publisher, listen: Listen) -> None:
    greedy = listen("thing.#", prefetch=3)
    publisher.publish_batch([message(number) for number in range(5)])
    assert numbers(receive_all(greedy, 5, seconds=0.6)) == [0, 1, 2]

    assert numbers(receive_all(listen("thing.#"), 2)) == [3, 4]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"null", "é".encode("latin-1")])
def test_an_unreadable_body_is_delivered_untouched(publisher: Publisher, listen: Listen, body: bytes) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1, body=body)])

    (delivery,) = receive_all(consumer, 1)
    assert delivery.body == body
    consumer.close()

    assert receive_all(consumer, 1)[0].body == body  # nobody acked it behind our back


def test_a_rejected_message_comes_again_and_is_counted(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1)])

    counts = []
    for _ in range(3):
        (delivery,) = receive_all(consumer, 1)
        counts.append((delivery.redelivered, delivery.delivery_count))
        consumer.reject(delivery, requeue=True)

    assert counts == [(False, 0), (True, 1), (True, 2)]


def test_a_message_that_is_rejected_too_often_goes_to_the_dead(
    publisher: Publisher, listen: Listen, place: Place
) -> None:
    consumer = listen("thing.#", delivery_limit=2)
    publisher.publish_batch([message(1), message(2)])
    poison, innocent = receive_all(consumer, 2)
    consumer.ack([innocent])

    deliveries = 1
    consumer.reject(poison, requeue=True)
    while again := consumer.receive(max_messages=1, timeout=0.5):
        deliveries += 1
        consumer.reject(again[0], requeue=True)

    assert deliveries == 3
    (dead,) = place.peek(f"{place.service}.dead", expected=1)
    assert dead.body == b'{"number": 1}'
    assert dead.properties["message_id"] == "id-1"
    assert dead.headers["x-first-death-reason"] == "delivery_limit"
    assert dead.headers["x-first-death-queue"] == f"{place.service}.inbox"


def test_a_message_rejected_for_good_goes_to_the_dead_at_once(
    publisher: Publisher, listen: Listen, place: Place
) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1)])

    consumer.reject(receive_all(consumer, 1)[0], requeue=False)

    assert consumer.receive(max_messages=1, timeout=0.3) == []
    (dead,) = place.peek(f"{place.service}.dead", expected=1)
    assert dead.headers["x-first-death-reason"] == "rejected"
    assert dead.delivery_info["routing_key"] == "thing.made.v1"


def test_dead_messages_are_taken_once_they_are_acked(publisher: Publisher, listen: Listen, place: Place) -> None:
    consumer = listen("thing.#")
    publisher.publish_batch([message(1), message(2)])
    for delivery in receive_all(consumer, 2):
        consumer.reject(delivery, requeue=False)
    assert eventually(lambda: _waiting(place) == 2)

    with place.bus().dead_letters(place.topology("thing.#")) as dead:
        taken = dead.take(10)
        assert sorted(numbers(taken)) == [1, 2]
        assert {delivery.message_id for delivery in taken} == {"id-1", "id-2"}
        dead.ack(taken)

    assert _waiting(place) == 0


def _waiting(place: Place) -> int:
    """Look without acking: whatever is taken goes back."""
    with place.bus().dead_letters(place.topology("thing.#")) as dead:
        return len(dead.take(10))


def test_a_message_that_kills_its_consumers_goes_to_the_dead(
    publisher: Publisher, place: Place, peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "DELIVERY_LIMIT", "1")
    topology = place.topology("thing.#", delivery_limit=1)
    consumer = place.bus().consumer(topology)
    consumer.open()
    consumer.close()
    publisher.publish_batch([message(1)])

    for _ in range(2):
        victim = peer("hold", 1)
        assert victim.line() == [1]
        victim.kill()

    assert consumer.receive(max_messages=1, timeout=1.5) == []
    consumer.close()
    (dead,) = place.peek(f"{place.service}.dead", expected=1)
    assert dead.properties["message_id"] == "id-1"
