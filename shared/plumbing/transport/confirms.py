"""Publisher confirms with a tag map of our own.

py-amqp's `basic_publish_confirm` takes any confirm for its own: after a time-out it credits the next message with the
last one's confirm. Here each delivery tag is known, and a connection is used no more after a doubt.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from plumbing.transport.messages import Outcome
from plumbing.transport.wire import Channel, Link


class Confirms:
    """Follows what one channel's publishes become: tags count from one as RabbitMQ counts them."""

    def __init__(self, channel: Channel) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._next_tag = 1
        self._waiting: dict[int, str] = {}
        self._returned: set[str] = set()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)

    @property
    def complete(self) -> bool:
        return not self._waiting

    def expect(self, message_id: str) -> None:
        """Note that the next message published on the channel is this one."""
        self._waiting[self._next_tag] = message_id
        self._next_tag += 1

    def forget(self) -> None:
        """Start a new batch; every tag of the last one is settled."""
        self.outcomes = {}
        self._returned.clear()

    def _on_return(self, _error: object, _exchange: str, _routing_key: str, message: Any) -> None:
        # A returned message comes back before its ack.
        self._returned.add(message.properties.get("message_id", ""))

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for message_id in self._settle(tag, multiple):
            self.outcomes[message_id] = Outcome.RETURNED if message_id in self._returned else Outcome.CONFIRMED

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for message_id in self._settle(tag, multiple):
            self.outcomes[message_id] = Outcome.REFUSED

    def _settle(self, tag: int, multiple: bool) -> list[str]:
        if not multiple:
            message_id = self._waiting.pop(tag, None)
            return [] if message_id is None else [message_id]
        tags = [each for each in self._waiting if each <= tag or tag == 0]
        return [self._waiting.pop(each) for each in tags]


def publish_and_wait(
    link: Link,
    channel: Channel,
    confirms: Confirms,
    batch: Sequence[tuple[str, str, str, Any]],
    *,
    seconds: float,
) -> bool:
    """Publish (message id, exchange, routing key, message) and wait for the confirms; false when `seconds` ran out."""
    deadline = time.monotonic() + seconds
    with link.gathering(seconds):
        for message_id, exchange, routing_key, message in batch:
            confirms.expect(message_id)
            channel.basic_publish(message, exchange, routing_key, True)
    while not confirms.complete:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        link.drain(left)
    return True
