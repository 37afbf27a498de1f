"""Emptying the queue of the dead: what was delivered too often without ever being acked."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from plumbing.transport.messages import Delivery
from plumbing.transport.topology import QueueTopology
from plumbing.transport.wire import Link


class DeadLetters:
    """Takes messages one by one from `<service>.dead`; leaving the block gives back what was not acked."""

    def __init__(self, connect: Callable[[], Link], topology: QueueTopology, *, answer_timeout: float) -> None:
        self._connect = connect
        self._topology = topology
        self._answer_timeout = answer_timeout

    def __enter__(self) -> Self:
        self._link = self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def take(self, most: int) -> list[Delivery]:
        """Return up to `most` dead messages; BusUnavailable when the bus does not answer."""
        taken: list[Delivery] = []
        with self._link.in_use(self._answer_timeout):
            while len(taken) < most and (raw := self._link.channel.basic_get(self._topology.dead)) is not None:
                message = self._link.channel.message_to_python(raw)
                properties = message.properties
                taken.append(
                    Delivery(
                        body=message.body or b"",
                        message_id=properties.get("message_id"),
                        type=properties.get("type"),
                        routing_key=message.delivery_info["routing_key"],
                        redelivered=True,
                        delivery_count=self._topology.delivery_limit,
                        user_id=properties.get("user_id"),
                        exchange=message.delivery_info["exchange"],
                        tag=message.delivery_tag,
                    )
                )
        return taken

    def ack(self, taken: list[Delivery]) -> None:
        """Forget these: they are kept elsewhere now."""
        with self._link.in_use(self._answer_timeout):
            for delivery in taken:
                if isinstance(delivery.tag, int):
                    self._link.channel.basic_ack(delivery.tag)
