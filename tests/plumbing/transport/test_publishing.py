"""Publishing: what each outcome means, on both transports."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from plumbing.transport import (
    LARGEST_BODY,
    Bus,
    InboxConsumer,
    Outcome,
    OutgoingMessage,
    Publisher,
)
from tests.plumbing.transport.place import Peer, Place, message, numbers, receive_all

Listen = Callable[..., InboxConsumer]


def test_a_message_that_is_heard_is_confirmed_and_arrives_as_it_was(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    sent = message(1, "thing.made.v1", body=b'{"number": 1, "label": "\xc3\xa9t\xc3\xa9"}')

    assert publisher.publish_batch([sent]) == {"id-1": Outcome.CONFIRMED}

    (delivery,) = receive_all(consumer, 1)
    assert delivery.body == sent.body
    assert (delivery.message_id, delivery.type, delivery.routing_key) == ("id-1", "thing.made.v1", "thing.made.v1")
    assert (delivery.redelivered, delivery.delivery_count, delivery.user_id) == (False, 0, None)


def test_a_message_goes_to_every_service_that_wants_it_once(publisher: Publisher, listen: Listen, place: Place) -> None:
    one = listen("thing.#", "thing.made.v1", "#")  # three bindings, one copy
    other = listen("*.made.v1", service=f"{place.family}.other")

    publisher.publish_batch([message(1)])

    assert numbers(receive_all(one, 2, seconds=1)) == [1]
    assert numbers(receive_all(other, 2, seconds=1)) == [1]


def test_a_required_message_that_nobody_hears_is_returned(publisher: Publisher, listen: Listen, place: Place) -> None:
    consumer = listen("thing.#")

    outcomes = publisher.publish_batch([message(1), message(2, "nobody.hears.v1"), message(3)])

    assert outcomes == {"id-1": Outcome.CONFIRMED, "id-2": Outcome.RETURNED, "id-3": Outcome.CONFIRMED}
    assert numbers(receive_all(consumer, 2)) == [1, 3]
    assert place.peek(place.unheard, expected=1, seconds=0.3) == []


def test_an_optional_message_that_nobody_hears_is_kept_with_the_unheard(publisher: Publisher, place: Place) -> None:
    outcomes = publisher.publish_batch([message(7, "nobody.hears.v1", mandatory=False)])

    assert outcomes == {"id-7": Outcome.CONFIRMED}
    (kept,) = place.peek(place.unheard, expected=1)
    assert kept.properties["message_id"] == "id-7"
    assert kept.delivery_info["routing_key"] == "nobody.hears.v1"


def test_an_optional_message_that_is_heard_is_not_kept_with_the_unheard(
    publisher: Publisher, listen: Listen, place: Place
) -> None:
    consumer = listen("thing.#")

    publisher.publish_batch([message(1, mandatory=False)])

    assert numbers(receive_all(consumer, 1)) == [1]
    assert place.peek(place.unheard, expected=1, seconds=0.3) == []


def test_a_returned_message_can_be_published_again_once_somebody_listens(publisher: Publisher, listen: Listen) -> None:
    assert publisher.publish_batch([message(1)]) == {"id-1": Outcome.RETURNED}
    consumer = listen("thing.#")
    assert publisher.publish_batch([message(1)]) == {"id-1": Outcome.CONFIRMED}
    assert numbers(receive_all(consumer, 1)) == [1]


@pytest.mark.parametrize("count", [500, 1300])
def test_a_large_batch_arrives_whole_and_in_order(publisher: Publisher, listen: Listen, count: int) -> None:
    consumer = listen("thing.#")
    batch = [message(number, "thing.made.v1" if number % 10 else "nobody.hears.v1") for number in range(count)]

    outcomes = publisher.publish_batch(batch)

    expected = [number for number in range(count) if number % 10]
    assert outcomes == {
        f"id-{number}": Outcome.CONFIRMED if number % 10 else Outcome.RETURNED for number in range(count)
    }
    received: list[int] = []
    while len(received) < len(expected) and (deliveries := consumer.receive(max_messages=100, timeout=2.0)):
        received += numbers(deliveries)
        consumer.ack(deliveries)
    assert received == expected


def test_bodies_larger_than_a_frame_arrive_whole(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")
    body = bytes(range(256)) * 2000

    assert publisher.publish_batch([message(1, body=body)]) == {"id-1": Outcome.CONFIRMED}

    assert receive_all(consumer, 1)[0].body == body


def test_a_body_no_broker_would_take_is_refused_alone(publisher: Publisher, listen: Listen) -> None:
    consumer = listen("thing.#")

    outcomes = publisher.publish_batch([message(1, body=b"x" * (LARGEST_BODY + 1)), message(2)])

    assert outcomes == {"id-1": Outcome.REFUSED, "id-2": Outcome.CONFIRMED}
    assert numbers(receive_all(consumer, 1)) == [2]


def test_the_same_id_twice_in_a_batch_is_a_mistake(publisher: Publisher) -> None:
    with pytest.raises(ValueError, match="twice"):
        publisher.publish_batch([message(1), message(1)])


def test_an_empty_batch_needs_no_bus() -> None:
    assert Bus("amqp://127.0.0.1:1/").publisher().publish_batch([]) == {}


def test_without_the_exchange_nothing_is_known_and_the_publisher_recovers(place: Place, listen: Listen) -> None:
    lost = Place(place.transport, place.url)  # its exchanges are not declared
    publisher = lost.bus().publisher()

    assert publisher.publish_batch([message(1), message(2)]) == {"id-1": Outcome.UNKNOWN, "id-2": Outcome.UNKNOWN}

    lost.bus().declare_exchanges()
    assert publisher.publish_batch([message(1, mandatory=False)]) == {"id-1": Outcome.CONFIRMED}
    publisher.close()


def test_a_publisher_in_another_process_is_heard(listen: Listen, peer: Callable[..., Peer]) -> None:
    consumer = listen("thing.#")

    assert set(peer("publish", 0, 50).line().values()) == {"confirmed"}

    assert numbers(receive_all(consumer, 50)) == list(range(50))


def test_a_publisher_opened_before_a_fork_works_on_both_sides(listen: Listen, peer: Callable[..., Peer]) -> None:
    consumer = listen("thing.#")
    forking = peer("fork")

    assert [forking.line() for _ in range(3)] == [{f"id-{number}": "confirmed"} for number in (1, 2, 3)]

    assert sorted(numbers(receive_all(consumer, 3))) == [1, 2, 3]


def test_threads_publish_side_by_side(bus: Bus, listen: Listen) -> None:
    consumer = listen("thing.#", prefetch=400)
    outcomes: list[Outcome] = []

    def publish(first: int) -> None:
        publisher = bus.publisher()
        for number in range(first, first + 100, 10):
            outcomes.extend(publisher.publish_batch([message(each) for each in range(number, number + 10)]).values())
        publisher.close()

    threads = [threading.Thread(target=publish, args=(first,)) for first in range(0, 400, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [Outcome.CONFIRMED] * 400
    received = numbers(receive_all(consumer, 400))
    assert sorted(received) == list(range(400))
    for first in range(0, 400, 100):  # each publisher's own messages stay in order
        own = [number for number in received if first <= number < first + 100]
        assert own == sorted(own)


def test_content_type_is_the_messages_own(publisher: Publisher, place: Place) -> None:
    publisher.publish_batch([OutgoingMessage("id-1", "x", b"{}", "x", content_type="text/plain", mandatory=False)])
    (kept,) = place.peek(place.unheard, expected=1)
    assert kept.content_type == "text/plain"
