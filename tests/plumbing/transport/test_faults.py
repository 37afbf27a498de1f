"""What breaks on the way to RabbitMQ: nothing hangs, nothing is believed that was not said, all of it recovers."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Iterator

import pytest

from plumbing.transport import Bus, BusUnavailable, InboxConsumer, Outcome
from tests.plumbing.transport.cutter import Cutter
from tests.plumbing.transport.place import Place, eventually, message, numbers, receive_all
from tests.support.servers import RabbitMQServer


@pytest.fixture
def own(own_rabbitmq: RabbitMQServer) -> Place:
    place = Place("rabbitmq", own_rabbitmq.url)
    place.bus().declare_exchanges()
    return place


@pytest.fixture
def frozen(own_rabbitmq: RabbitMQServer) -> Iterator[RabbitMQServer]:
    yield own_rabbitmq
    own_rabbitmq.thaw()


@pytest.fixture
def cutter(on_rabbitmq: Place) -> Iterator[Cutter]:
    with Cutter(on_rabbitmq.url) as cutter:
        yield cutter


def through(cutter: Cutter, place: Place, **options: float) -> Bus:
    return Bus(cutter.url, exchange=place.exchange, **options)  # type: ignore[arg-type]


def opened(place: Place, bus: Bus | None = None) -> InboxConsumer:
    consumer = (bus or place.bus()).consumer(place.topology("thing.#"))
    consumer.open()
    return consumer


def test_a_frozen_broker_leaves_the_outcome_unknown_in_time(own: Place, frozen: RabbitMQServer) -> None:
    opened(own).close()
    bus = own.bus(confirm_timeout=1.0)
    publisher = bus.publisher()
    assert publisher.publish_batch([message(0)]) == {"id-0": Outcome.CONFIRMED}
    frozen.freeze()
    began = time.monotonic()

    outcomes = publisher.publish_batch([message(1), message(2)])

    assert outcomes == {"id-1": Outcome.UNKNOWN, "id-2": Outcome.UNKNOWN}
    assert time.monotonic() - began < 3.0
    with pytest.raises(BusUnavailable):  # a new connection is not answered either
        publisher.publish_batch([message(3)])
    assert time.monotonic() - began < 6.0
    assert bus.ping(timeout=1.0) is False

    frozen.thaw()
    assert publisher.publish_batch([message(4)]) == {"id-4": Outcome.CONFIRMED}
    publisher.close()
    # The confirm of 4 is its own: 1 and 2 may have arrived (they had been written), in any case before it.
    consumer = opened(own)
    received = numbers(receive_all(consumer, 4, seconds=3))
    consumer.close()
    assert received in ([0, 4], [0, 1, 4], [0, 1, 2, 4])


def test_a_batch_larger_than_the_sockets_does_not_hang_on_a_frozen_broker(own: Place, frozen: RabbitMQServer) -> None:
    publisher = own.bus(confirm_timeout=1.0).publisher()
    publisher.publish_batch([message(0, mandatory=False)])
    frozen.freeze()
    began = time.monotonic()

    outcomes = publisher.publish_batch([message(number, body=b"x" * 100_000) for number in range(1, 501)])

    assert set(outcomes.values()) == {Outcome.UNKNOWN}
    assert len(outcomes) == 500
    assert time.monotonic() - began < 4.0
    frozen.thaw()
    publisher.close()


def test_a_consumer_notices_a_frozen_broker_by_its_missing_heartbeats(own: Place, frozen: RabbitMQServer) -> None:
    consumer = opened(own, own.bus(heartbeat=1, confirm_timeout=1.0))
    frozen.freeze()
    began = time.monotonic()

    with pytest.raises(BusUnavailable):
        consumer.receive(max_messages=1, timeout=20.0)

    assert time.monotonic() - began < 6.0
    frozen.thaw()
    assert eventually(lambda: consumer.receive(max_messages=1, timeout=0.1) == [])
    consumer.close()


def test_acks_and_closing_do_not_hang_on_a_frozen_broker(own: Place, frozen: RabbitMQServer) -> None:
    consumer = opened(own, own.bus(confirm_timeout=1.0))
    publisher = own.bus().publisher()
    publisher.publish_batch([message(1)])
    publisher.close()
    deliveries = receive_all(consumer, 1)
    frozen.freeze()
    began = time.monotonic()
    consumer.ack(deliveries)
    consumer.close()
    assert time.monotonic() - began < 4.0
    frozen.thaw()


def test_a_broker_out_of_memory_takes_nothing_and_says_so(own: Place, own_rabbitmq: RabbitMQServer) -> None:
    consumer = opened(own)
    publisher = own.bus(confirm_timeout=1.0, heartbeat=2).publisher()
    assert publisher.publish_batch([message(0)]) == {"id-0": Outcome.CONFIRMED}
    own_rabbitmq.control("set_vm_memory_high_watermark", "0.00000001")
    try:
        assert publisher.publish_batch([message(1)]) == {"id-1": Outcome.UNKNOWN}
        began = time.monotonic()
        assert numbers(receive_all(consumer, 1)) == [0]  # consumers are not held up
        assert publisher.publish_batch([message(2)]) == {"id-2": Outcome.UNKNOWN}
        assert time.monotonic() - began < 4.0
    finally:
        own_rabbitmq.control("set_vm_memory_high_watermark", "0.6")

    assert eventually(lambda: publisher.publish_batch([message(3)]) == {"id-3": Outcome.CONFIRMED}, seconds=15)
    assert 3 in numbers(receive_all(consumer, 3, seconds=2))
    consumer.close()
    publisher.close()


def test_a_connection_lost_in_the_middle_of_a_batch_leaves_the_rest_unknown(on_rabbitmq: Place, cutter: Cutter) -> None:
    consumer = opened(on_rabbitmq)
    publisher = through(cutter, on_rabbitmq).publisher()
    assert publisher.publish_batch([message(0)]) == {"id-0": Outcome.CONFIRMED}

    cutter.cut_after(200_000)
    outcomes = publisher.publish_batch([message(number, body=b"x" * 1000) for number in range(1, 1001)])

    assert len(outcomes) == 1000
    counted = {outcome: list(outcomes.values()).count(outcome) for outcome in set(outcomes.values())}
    assert set(counted) <= {Outcome.CONFIRMED, Outcome.UNKNOWN}
    assert counted[Outcome.UNKNOWN] > 800
    received = {delivery.message_id for delivery in receive_all(consumer, 1001, seconds=1.0)}
    # Whatever is said to be there is there.
    assert {id_ for id_, outcome in outcomes.items() if outcome is Outcome.CONFIRMED} <= received

    assert publisher.publish_batch([message(2000)]) == {"id-2000": Outcome.CONFIRMED}
    publisher.close()
    consumer.close()


def test_a_consumer_that_lost_its_connection_says_so_and_goes_on(on_rabbitmq: Place, cutter: Cutter) -> None:
    consumer = opened(on_rabbitmq, through(cutter, on_rabbitmq))
    publisher = on_rabbitmq.bus().publisher()
    publisher.publish_batch([message(1)])
    deliveries = receive_all(consumer, 1)

    cutter.cut()

    with pytest.raises(BusUnavailable):
        consumer.receive(max_messages=1, timeout=5.0)
    (again,) = receive_all(consumer, 1)
    consumer.ack(deliveries)  # of the lost connection: means nothing any more
    assert (again.body, again.redelivered) == (deliveries[0].body, True)
    consumer.ack([again])
    consumer.close()
    publisher.close()


def test_heartbeats_are_served_while_the_thread_is_busy_elsewhere(on_rabbitmq: Place) -> None:
    bus = on_rabbitmq.bus(heartbeat=1)
    consumer = opened(on_rabbitmq, bus)
    publisher = bus.publisher()
    publisher.publish_batch([message(1)])
    deliveries = receive_all(consumer, 1)

    time.sleep(5)  # RabbitMQ hangs up after two to three missed

    consumer.ack(deliveries)
    assert publisher.publish_batch([message(2)]) == {"id-2": Outcome.CONFIRMED}
    (second,) = receive_all(consumer, 1)
    assert (second.redelivered, numbers([second])) == (False, [2])
    publisher.close()
    consumer.close()


@pytest.mark.parametrize(
    "url", ["amqp://127.0.0.1:1/", "amqp://guest:wrong@{address}/", "amqp://guest:guest@{address}/nowhere"]
)
def test_a_bus_that_cannot_be_reached_says_so(on_rabbitmq: Place, url: str) -> None:
    address = on_rabbitmq.url.rpartition("@")[2].partition("/")[0]
    bus = Bus(url.format(address=address), confirm_timeout=2.0)

    assert bus.ping() is False
    with pytest.raises(BusUnavailable):
        bus.publisher().publish_batch([message(1)])
    with pytest.raises(BusUnavailable):
        bus.consumer(on_rabbitmq.topology("x")).receive(max_messages=1, timeout=0.1)
    with pytest.raises(BusUnavailable):
        bus.declare_exchanges()
    assert [line.startswith("the bus is unavailable") for line in bus.check(on_rabbitmq.topology("x"))] == [True]
    assert "wrong" not in str(bus.check(on_rabbitmq.topology("x")))


def test_a_forgotten_connection_is_closed_and_gives_back(on_rabbitmq: Place) -> None:
    publisher = on_rabbitmq.bus().publisher()
    forgetful = opened(on_rabbitmq)
    publisher.publish_batch([message(1)])
    assert len(receive_all(forgetful, 1)) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del forgetful
        gc.collect()
    consumer = opened(on_rabbitmq)
    assert numbers(receive_all(consumer, 1)) == [1]
    consumer.close()
    publisher.close()
