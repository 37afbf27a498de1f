"""An AMQP channel over the file."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kombu.exceptions import ChannelError
from kombu.transport import base

from plumbing.transport.embedded.store import Held, NotDeclared, Publication, Store

if TYPE_CHECKING:
    from plumbing.transport.embedded.transport import Connection

_GET_WITHOUT_LIMIT = 100


class Message(base.Message):
    """A delivered message, with the properties and headers RabbitMQ would give it."""


class QueueDeclared(NamedTuple):
    queue: str
    message_count: int
    consumer_count: int


class Returned(NamedTuple):
    """What a `basic_return` handler gets of the message."""

    body: bytes
    properties: dict[str, Any]


class _Consumer(NamedTuple):
    queue: str
    callback: Callable[[Message], None]
    no_ack: bool


class Channel(base.StdChannel):
    """One channel: publishes with or without confirms, consumes with a prefetch, gives back what was not acked."""

    def __init__(self, connection: Connection, channel_id: int) -> None:
        self.connection: Connection | None = connection
        self.channel_id = channel_id
        self.events: defaultdict[str, set[Callable[..., None]]] = defaultdict(set)
        self.auto_decode = False
        self.closed = False
        self._store: Store = connection.store
        self._prefetch = 0
        self._consumers: dict[str, _Consumer] = {}
        self._held: dict[int, Held] = {}
        self._delivered = 0
        self._published = 0
        self._confirming = False
        self._unconfirmed: list[tuple[Publication, bool]] = []
        self._owner: int | None = None
        self._owners = connection.owners

    # Exchanges and queues

    def exchange_declare(
        self,
        exchange: str,
        type: str = "direct",
        passive: bool = False,
        *,
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        if not passive:
            self._store.declare_exchange(exchange, type, (arguments or {}).get("alternate-exchange"))
        elif not self._store.has_exchange(exchange):
            raise _not_found(f"no exchange '{exchange}'")

    def exchange_delete(self, exchange: str, **_: Any) -> None:
        self._store.delete_exchange(exchange)

    def queue_declare(
        self,
        queue: str = "",
        passive: bool = False,
        *,
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> QueueDeclared:
        if not passive:
            wanted = arguments or {}
            self._store.declare_queue(queue, wanted.get("x-delivery-limit"), wanted.get("x-dead-letter-exchange"))
        elif not self._store.has_queue(queue):
            raise _not_found(f"no queue '{queue}'")
        self._store.retire_the_dead()
        return QueueDeclared(queue, self._store.waiting(queue), self._store.consumers(queue))

    def queue_bind(
        self,
        queue: str,
        exchange: str = "",
        routing_key: str = "",
        *,
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        with _channel_errors():
            self._store.bind(queue, exchange, routing_key, arguments or {})

    def queue_unbind(
        self,
        queue: str,
        exchange: str,
        routing_key: str = "",
        *,
        arguments: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        self._store.unbind(queue, exchange, routing_key, arguments or {})

    def queue_purge(self, queue: str, **_: Any) -> int:
        return self._store.purge(queue)

    def queue_delete(self, queue: str, **_: Any) -> None:
        self._store.delete_queue(queue)

    # Publishing

    def confirm_select(self, **_: Any) -> None:
        self._confirming = True

    def prepare_message(  # noqa: PLR0917  the order is kombu's
        self,
        body: bytes | str,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> tuple[bytes, dict[str, Any]]:
        """Return body and properties as they are stored."""
        given = {
            **(properties or {}),
            "priority": priority,
            "content_type": content_type,
            "content_encoding": content_encoding,
            "headers": dict(headers or {}),
        }
        stored = {name: value for name, value in given.items() if value is not None}
        return body.encode() if isinstance(body, str) else body, stored

    def basic_publish(
        self,
        msg: tuple[bytes, dict[str, Any]],
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        **_: Any,
    ) -> None:
        """Publish at once; or, once confirms are selected, together with the others when events are next drained."""
        body, properties = msg
        self._unconfirmed.append((Publication(exchange, routing_key, properties, body), mandatory))
        if not self._confirming:
            self._flush()

    def _flush(self) -> bool:
        if not self._unconfirmed:
            return False
        batch, self._unconfirmed = self._unconfirmed, []
        with _channel_errors():
            found = self._store.publish(publication for publication, _ in batch)
        for (publication, mandatory), routed in zip(batch, found, strict=True):
            if mandatory and not routed:
                self._return(publication)
        if self._confirming:
            self._published += len(batch)
            for callback in list(self.events["basic_ack"]):
                callback(self._published, True)
        return True

    def _return(self, publication: Publication) -> None:
        error = ChannelError("NO_ROUTE", (60, 50), "basic_return", 312)
        message = Returned(publication.body, dict(publication.properties))
        for callback in list(self.events["basic_return"]):
            callback(error, publication.exchange, publication.routing_key, message)

    # Consuming

    @property
    def consuming(self) -> bool:
        return bool(self._consumers)

    def basic_qos(self, prefetch_size: int = 0, prefetch_count: int = 0, apply_global: bool = False) -> None:
        self._prefetch = prefetch_count

    def basic_consume(
        self,
        queue: str = "",
        consumer_tag: str = "",
        *,
        callback: Callable[[Message], None],
        no_ack: bool = False,
        **_: Any,
    ) -> str:
        if not self._store.has_queue(queue):
            raise _not_found(f"no queue '{queue}'")
        tag = consumer_tag or f"consumer-{len(self._consumers) + 1}"
        self._consumers[tag] = _Consumer(queue, callback, no_ack)
        self._store.consume(self._owner_id(), queue)
        return tag

    def basic_cancel(self, consumer_tag: str, **_: Any) -> None:
        self._consumers.pop(consumer_tag, None)

    def work(self) -> bool:
        """Confirm what was published and deliver what the prefetch allows; return whether anything happened."""
        worked = self._flush()
        for tag, consumer in list(self._consumers.items()):
            room = self._prefetch - len(self._held) if self._prefetch else _GET_WITHOUT_LIMIT
            if room <= 0:
                break
            for message in self._take(consumer.queue, room, tag):
                worked = True
                if consumer.no_ack:
                    self.basic_ack(message.delivery_tag)
                consumer.callback(message)
        return worked

    def basic_get(self, queue: str = "", no_ack: bool = False, **_: Any) -> Message | None:
        if not self._store.has_queue(queue):
            raise _not_found(f"no queue '{queue}'")
        for message in self._take(queue, 1, ""):
            if no_ack:
                self.basic_ack(message.delivery_tag)
            return message
        return None

    def _take(self, queue: str, most: int, consumer_tag: str) -> list[Message]:
        return [self._message(held, consumer_tag) for held in self._store.claim(self._owner_id(), queue, most)]

    def _owner_id(self) -> int:
        if self._owner is None:
            self._store.retire_the_dead()
            self._owner = self._store.new_owner()
            self._owners.append(self._owner)
        return self._owner

    def _message(self, held: Held, consumer_tag: str) -> Message:
        self._delivered += 1
        self._held[self._delivered] = held
        headers = held.properties.pop("headers", {})
        if held.deliveries:
            headers = {**headers, "x-delivery-count": held.deliveries}
        message: Any = Message
        made: Message = message(
            body=held.body,
            channel=self,
            delivery_tag=self._delivered,
            content_type=held.properties.get("content_type"),
            content_encoding=held.properties.get("content_encoding"),
            headers=headers,
            properties=held.properties,
            delivery_info={
                "consumer_tag": consumer_tag,
                "delivery_tag": self._delivered,
                "redelivered": held.deliveries > 0,
                "exchange": held.exchange,
                "routing_key": held.routing_key,
            },
        )
        return made

    def message_to_python(self, raw_message: Message) -> Message:
        return raw_message

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        tags = [tag for tag in self._held if tag <= delivery_tag] if multiple else [delivery_tag]
        known = [tag for tag in tags if tag in self._held]
        if known:
            self._store.forget(self._owner_id(), [self._held[tag].id for tag in known])
        for tag in known:
            del self._held[tag]

    def basic_reject(self, delivery_tag: int, requeue: bool = False) -> None:
        held = self._held.get(delivery_tag)
        if held is None:
            return
        if requeue:
            self._store.give_back(self._owner_id(), [held.id])
        else:
            self._store.bury(self._owner_id(), held)
        del self._held[delivery_tag]

    def renew(self) -> None:
        if self._held and self._owner is not None:
            self._store.renew(self._owner)

    def close(self) -> None:
        """Give back what was not acked."""
        if self.closed:
            return
        self.closed = True
        self._consumers.clear()
        self._held.clear()
        self._unconfirmed.clear()
        if self._owner is not None:
            self._owners.remove(self._owner)
            retire(self._store, self._owner)
        connection, self.connection = self.connection, None
        if connection is not None and self in connection.channels:
            connection.channels.remove(self)


def retire(store: Store, owner: int) -> None:
    """Give back what a closed channel holds, now or as soon as the file lets somebody write."""
    try:
        store.retire(owner)
    except sqlite3.Error:
        store.bell.abandoned.add(owner)


def _not_found(what: str) -> ChannelError:
    return ChannelError(f"NOT_FOUND - {what}", (0, 0), "", 404)


@contextmanager
def _channel_errors() -> Iterator[None]:
    try:
        yield
    except NotDeclared as error:
        raise _not_found(str(error)) from error
