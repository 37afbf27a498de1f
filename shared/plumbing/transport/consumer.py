"""Receiving from a service's inbox."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from plumbing.transport.messages import BusUnavailable, Delivery
from plumbing.transport.topology import Exchanges, QueueTopology, declare_inbox
from plumbing.transport.wire import Link

log = structlog.get_logger()

_DELIVERY_COUNT = "x-delivery-count"


class InboxConsumer:
    """Receives for one thread, over a connection of its own that is opened, and the queue declared, when first needed.

    When a call raises BusUnavailable, everything received and not acked is the broker's again: forget it, wait a
    moment, receive. Acking or rejecting a delivery of a lost connection does nothing, since it will come again.
    """

    def __init__(
        self,
        connect: Callable[[], Link],
        *,
        exchanges: Exchanges,
        topology: QueueTopology,
        prefetch: int,
        answer_timeout: float,
    ) -> None:
        self._connect = connect
        self._exchanges = exchanges
        self._topology = topology
        self._prefetch = prefetch
        self._answer_timeout = answer_timeout
        self._link: Link | None = None
        self._arrived: deque[Delivery] = deque()
        # Delivery tags the broker waits for, in the order they came; those still in `_arrived` too.
        self._unacked: dict[int, None] = {}

    def open(self) -> None:
        """Connect, declare the queue and start consuming, as the first `receive` would."""
        self._ready()

    def receive(self, *, max_messages: int, timeout: float) -> list[Delivery]:
        """Wait up to `timeout` seconds for a first message; return it with what is there, at most `max_messages`."""
        link = self._ready()
        deadline = time.monotonic() + timeout
        with link.in_use(timeout + self._answer_timeout):
            if not self._arrived:
                link.drain(0)
            while not self._arrived and (left := deadline - time.monotonic()) > 0:
                link.drain(left)
            # What is there is taken however long that takes, but nobody waits for company.
            while 0 < len(self._arrived) < max_messages and link.drain(0):
                pass
            return [self._arrived.popleft() for _ in range(min(max_messages, len(self._arrived)))]

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the broker to forget these. Call it after the commit of what they caused."""
        link = self._link
        tags = {tag for delivery in deliveries if (tag := self._tag(delivery)) is not None}
        if not tags or link is None:
            return
        with link.in_use(self._answer_timeout):
            first: list[int] = []
            for tag in self._unacked:
                if tag not in tags:
                    break
                first.append(tag)
            if first:
                link.channel.basic_ack(first[-1], multiple=len(first) > 1)
            for tag in sorted(tags.difference(first)):
                link.channel.basic_ack(tag)
            for tag in tags:
                del self._unacked[tag]

    def reject(self, delivery: Delivery, *, requeue: bool) -> None:
        """Give one back to be delivered again, which counts towards the delivery limit, or send it to the dead."""
        link, tag = self._link, self._tag(delivery)
        if tag is None or link is None:
            return
        with link.in_use(self._answer_timeout):
            # Reject, never nack: from RabbitMQ 4.3 a nack no longer counts.
            link.channel.basic_reject(tag, requeue)
            del self._unacked[tag]

    def close(self) -> None:
        """Close the connection; whatever was not acked is delivered again. The consumer may be used again."""
        link, self._link = self._link, None
        self._arrived.clear()
        self._unacked.clear()
        if link is not None:
            link.close()

    def _tag(self, delivery: Delivery) -> int | None:
        link, tag = delivery.tag if isinstance(delivery.tag, tuple) else (None, None)
        return tag if link is self._link and tag in self._unacked else None

    def _ready(self) -> Link:
        if self._link is not None and self._link.usable:
            return self._link
        self.close()
        link = self._connect()
        with link.in_use(self._answer_timeout * 2):
            declare_inbox(link, self._exchanges, self._topology, seconds=self._answer_timeout)
            link.channel.basic_qos(0, self._prefetch, False)
            self._link = link
            link.channel.basic_consume(self._topology.inbox, callback=self._on_message, on_cancel=self._on_cancel)
        return link

    def _on_message(self, raw: Any) -> None:
        link = self._link
        if link is None:  # it came while we were saying goodbye, and goes back with the rest
            return
        message = link.channel.message_to_python(raw)
        properties: dict[str, Any] = message.properties
        tag: int = message.delivery_tag
        self._unacked[tag] = None
        self._arrived.append(
            Delivery(
                body=message.body or b"",  # py-amqp gives an empty one as text
                message_id=properties.get("message_id"),
                type=properties.get("type"),
                routing_key=message.delivery_info["routing_key"],
                redelivered=bool(message.delivery_info["redelivered"]),
                delivery_count=_whole_number(message.headers.get(_DELIVERY_COUNT)),
                user_id=properties.get("user_id"),
                exchange=message.delivery_info["exchange"],
                tag=(link, tag),
            )
        )

    def _on_cancel(self, _consumer_tag: str) -> None:
        # The queue was deleted or its leader moved: the next receive declares it and goes on.
        raise BusUnavailable(f"the broker ended the consumer of {self._topology.inbox}")


def _whole_number(header: Any) -> int:
    # The broker writes it over a sender's own header of that name, but not on every kind of queue.
    return header if isinstance(header, int) else 0
