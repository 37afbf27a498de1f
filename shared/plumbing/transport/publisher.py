"""Publishing in batches, each message with its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import structlog

from plumbing.transport.confirms import Confirms, publish_and_wait
from plumbing.transport.messages import BusUnavailable, Outcome, OutgoingMessage
from plumbing.transport.topology import OPTIONAL_AUDIENCE
from plumbing.transport.wire import Link

log = structlog.get_logger()

_WINDOW = 500
_PERSISTENT = 2
# RabbitMQ 4 takes 16 MiB by default and closes the channel on a larger one, which would spoil its whole batch each
# time.
LARGEST_BODY = 8 * 1024 * 1024


class Publisher:
    """Publishes for one thread, over a connection of its own that is opened when first needed.

    After a time-out or a lost connection the connection is given up; the next batch opens a new one.
    """

    def __init__(self, connect: Callable[[], Link], *, exchange: str, confirm_timeout: float) -> None:
        self._connect = connect
        self._exchange = exchange
        self._confirm_timeout = confirm_timeout
        self._link: Link | None = None
        self._confirms: Confirms | None = None

    def publish_batch(self, messages: Sequence[OutgoingMessage]) -> dict[str, Outcome]:
        """Publish in the order given and return the outcome of each message id.

        Takes at most the confirm timeout per 500 messages, whatever the broker does. Raises BusUnavailable when no
        connection can be had or the broker has said that it takes nothing now: then nothing was published.
        """
        if len({message.message_id for message in messages}) != len(messages):
            raise ValueError("a message id occurs twice in one batch")
        if not messages:
            return {}
        link, confirms = self._ready()
        confirms.forget()
        outcomes = dict.fromkeys((message.message_id for message in messages), Outcome.UNKNOWN)
        outcomes |= {message.message_id: Outcome.REFUSED for message in messages if _too_large(message)}
        try:
            for window in _windows(message for message in messages if not _too_large(message)):
                self._publish(link, confirms, window)
        except BusUnavailable as error:
            log.warning("publish_broken_off", reason=str(error))
            self.close()
        return outcomes | confirms.outcomes

    def _publish(self, link: Link, confirms: Confirms, window: Sequence[OutgoingMessage]) -> None:
        with link.in_use(self._confirm_timeout):
            batch = [
                (message.message_id, self._exchange, message.routing_key, _prepared(link, message))
                for message in window
            ]
            if not publish_and_wait(link, link.channel, confirms, batch, seconds=self._confirm_timeout):
                reason = f" (it is blocked: {link.blocked})" if link.blocked else ""
                raise BusUnavailable(f"the broker did not confirm within {self._confirm_timeout} s{reason}")

    def _ready(self) -> tuple[Link, Confirms]:
        if self._link is not None and self._confirms is not None and self._link.usable:
            if self._link.blocked:
                # Nothing would be read from us; the pulse hears when it is over.
                raise BusUnavailable(f"the broker takes nothing now: {self._link.blocked}")
            return self._link, self._confirms
        self.close()
        link = self._connect()
        with link.in_use(self._confirm_timeout):
            confirms = Confirms(link.channel)
        self._link, self._confirms = link, confirms
        return link, confirms

    def close(self) -> None:
        """Close the connection, if there is one. The publisher may be used again."""
        link, self._link, self._confirms = self._link, None, None
        if link is not None:
            with suppress(BusUnavailable):
                link.close()


def _prepared(link: Link, message: OutgoingMessage) -> Any:
    headers = {} if message.mandatory else OPTIONAL_AUDIENCE
    properties = {"delivery_mode": _PERSISTENT, "message_id": message.message_id, "type": message.type}
    return link.channel.prepare_message(
        message.body, content_type=message.content_type, headers=dict(headers), properties=properties
    )


def _too_large(message: OutgoingMessage) -> bool:
    return len(message.body) > LARGEST_BODY


def _windows(messages: Iterator[OutgoingMessage]) -> Iterator[list[OutgoingMessage]]:
    while window := list(islice(messages, _WINDOW)):
        yield window
