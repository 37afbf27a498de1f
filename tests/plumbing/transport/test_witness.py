"""What is on the wire, seen by another client: pika reads what we write and writes what we read.

This module must not import kombu, nor does any other import both.
"""

from __future__ import annotations

from collections.abc import Iterator

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from plumbing.transport import CLOUDEVENTS_JSON, BusUnavailable, Outcome, TopologyRefused
from tests.plumbing.transport.place import Place, message, numbers, receive_all


@pytest.fixture
def witness(on_rabbitmq: Place) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(on_rabbitmq.url))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


def test_another_client_reads_plain_persistent_messages(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    queue = f"{on_rabbitmq.family}.witness"
    witness.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    witness.queue_bind(queue, on_rabbitmq.exchange, "thing.#")
    publisher = on_rabbitmq.bus().publisher()
    publisher.publish_batch([message(1), message(2, mandatory=False)])
    publisher.close()

    seen = [witness.basic_get(queue, auto_ack=True) for _ in range(2)]

    for number, (method, properties, body) in enumerate(seen, 1):
        assert body == message(number).body
        assert method.routing_key == "thing.made.v1"
        assert properties.delivery_mode == 2
        assert properties.content_type == CLOUDEVENTS_JSON
        assert properties.message_id == f"id-{number}"
        assert properties.type == "thing.made.v1"
        # Nothing of the library that wrote it.
        assert (properties.content_encoding, properties.reply_to, properties.correlation_id) == (None, None, None)
    headers = [{**(properties.headers or {}), "x-delivery-count": 0} for _, properties, _ in seen]
    assert headers == [
        {"x-delivery-count": 0},
        {"x-delivery-count": 0, "audience": "optional"},
    ]  # the count is RabbitMQ's
    witness.queue_delete(queue)


def test_we_read_what_another_client_writes(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#", "partner.p42.#"))
    consumer.open()
    properties = pika.BasicProperties(
        content_type="text/plain",
        content_encoding="utf-8",
        message_id="from-outside",
        type="thing.made.v1",
        user_id="guest",
        headers={"nested": {"list": [1, "two", None, True]}, "x-delivery-count-lookalike": "7"},
        delivery_mode=2,
    )
    witness.basic_publish(on_rabbitmq.exchange, "thing.made.v1", b"\xff not text", properties, mandatory=True)
    witness.basic_publish(f"{on_rabbitmq.family}.partners", "partner.p42.done.v1", b"{}", pika.BasicProperties())

    full, bare = sorted(receive_all(consumer, 2), key=lambda delivery: delivery.body, reverse=True)
    consumer.ack([full, bare])
    consumer.close()

    assert full.body == b"\xff not text"  # whatever encoding it claims
    assert (full.message_id, full.type, full.user_id) == ("from-outside", "thing.made.v1", "guest")
    assert (bare.message_id, bare.type, bare.user_id, bare.delivery_count) == (None, None, None, 0)
    assert bare.exchange == f"{on_rabbitmq.family}.partners"


def test_a_partner_is_never_told_that_nobody_hears_him_and_yet_nothing_is_lost(
    on_rabbitmq: Place, witness: BlockingChannel
) -> None:
    witness.basic_publish(f"{on_rabbitmq.family}.partners", "partner.p42.done.v1", b"{}", mandatory=True)
    (kept,) = on_rabbitmq.peek(on_rabbitmq.unheard, expected=1)
    assert kept.body == b"{}"


def test_the_queues_are_what_the_operator_expects(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#"))
    consumer.open()
    consumer.close()
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 10,
        "x-dead-letter-exchange": f"{on_rabbitmq.service}.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    # An equal declaration passes; any other closes the channel.
    witness.queue_declare(f"{on_rabbitmq.service}.inbox", durable=True, arguments=arguments)
    kept = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}  # RabbitMQ 4 would drop after 20 looks
    for queue in (f"{on_rabbitmq.service}.dead", f"{on_rabbitmq.service}.bindings", on_rabbitmq.unheard):
        witness.queue_declare(queue, durable=True, arguments=kept)
    witness.exchange_declare(
        on_rabbitmq.exchange, "topic", durable=True, arguments={"alternate-exchange": on_rabbitmq.unheard}
    )
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="delivery-limit"):
        witness.queue_declare(
            f"{on_rabbitmq.service}.inbox", durable=True, arguments={**arguments, "x-delivery-limit": 11}
        )


def test_a_queue_declared_otherwise_is_named(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    witness.queue_declare(f"{on_rabbitmq.service}.inbox", durable=True)
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#"))
    with pytest.raises(TopologyRefused, match=f"{on_rabbitmq.service}.inbox"):
        consumer.open()
    consumer.close()


def test_a_full_queue_refuses(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    queue = f"{on_rabbitmq.family}.full"
    witness.queue_declare(queue, durable=True, arguments={"x-max-length": 2, "x-overflow": "reject-publish"})
    witness.queue_bind(queue, on_rabbitmq.exchange, "thing.#")
    publisher = on_rabbitmq.bus().publisher()

    outcomes = [publisher.publish_batch([message(number)])[f"id-{number}"] for number in range(4)]

    assert outcomes == [Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.REFUSED, Outcome.REFUSED]
    publisher.close()
    witness.queue_delete(queue)


def test_an_inbox_deleted_under_its_consumer_is_declared_again(on_rabbitmq: Place, witness: BlockingChannel) -> None:
    consumer = on_rabbitmq.bus().consumer(on_rabbitmq.topology("thing.#"))
    consumer.open()
    witness.queue_delete(f"{on_rabbitmq.service}.inbox")
    with pytest.raises(BusUnavailable, match="ended the consumer"):
        consumer.receive(max_messages=1, timeout=5.0)

    consumer.open()
    witness.basic_publish(on_rabbitmq.exchange, "thing.made.v1", message(1).body, mandatory=True)
    assert numbers(receive_all(consumer, 1)) == [1]
    consumer.close()


def test_optional_messages_come_back_when_the_operator_broke_the_way_to_the_unheard(
    on_rabbitmq: Place, witness: BlockingChannel
) -> None:
    witness.queue_delete(on_rabbitmq.unheard)
    publisher = on_rabbitmq.bus().publisher()
    assert publisher.publish_batch([message(1, mandatory=False)]) == {"id-1": Outcome.RETURNED}
    publisher.close()


def test_an_exchange_bound_to_another_does_not_ask_its_alternate(witness: BlockingChannel, on_rabbitmq: Place) -> None:
    """Why the choice between required and optional lies behind the alternate exchange (see plumbing.transport)."""
    family = on_rabbitmq.family
    witness.exchange_declare(f"{family}.second", "topic")
    witness.exchange_declare(f"{family}.first", "topic", arguments={"alternate-exchange": f"{family}.unheard.partners"})
    witness.exchange_bind(f"{family}.second", f"{family}.first", "#")
    with pytest.raises(pika.exceptions.UnroutableError):
        witness.basic_publish(f"{family}.first", "thing.made.v1", b"", mandatory=True)
