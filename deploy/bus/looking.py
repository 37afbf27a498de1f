"""Looking into a queue without taking anything out of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_CLEAR = ("id", "source", "type", "subject", "time", "tenant", "sequence", "correlationid", "causationid")


@dataclass(frozen=True)
class Seen:
    """One message, without anything that is sealed. `delivered` is how often it was given to somebody before."""

    exchange: str
    routing_key: str
    user_id: str | None
    delivered: int
    size: int
    attributes: dict[str, Any]
    data: dict[str, Any]
    sealed_for: tuple[str, ...]

    def shown(self, *, with_data: bool) -> dict[str, Any]:
        """The message as it is printed: who it is for in sealed parts is said, what is in them never."""
        told = {
            "exchange": self.exchange,
            "routing_key": self.routing_key,
            "user_id": self.user_id,
            "delivered": self.delivered,
            "bytes": self.size,
            **self.attributes,
            "sealed_for": list(self.sealed_for),
        }
        return told | {"data": self.data} if with_data else told


@dataclass(frozen=True)
class Look:
    """What was seen of a queue, oldest first, and how many messages it held that nobody was given."""

    seen: tuple[Seen, ...]
    waiting: int


def look(connection: Any, queue: str, *, most: int) -> Look:
    """Look at the first `most` messages and give them back.

    Giving back counts as a delivery before RabbitMQ 4.3, and an inbox gives up after ten: it is for a stopped service.
    """
    channel = connection.channel()
    waiting: int = channel.queue_declare(queue, passive=True).method.message_count
    seen: list[Seen] = []
    try:
        while len(seen) < most:
            method, properties, body = channel.basic_get(queue)
            if method is None:
                break
            seen.append(_seen(method, properties, body))
    finally:
        if channel.is_open:
            channel.basic_nack(0, multiple=True, requeue=True)  # a nack does not count from 4.3 on, a reject does
            channel.close()
    return Look(tuple(seen), waiting)


def kinds(seen: Iterable[Seen]) -> list[tuple[str, str, int, str, str]]:
    """Group by exchange and key: how many, and the times of the oldest and the newest."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in seen:
        groups.setdefault((each.exchange, each.routing_key), []).append(str(each.attributes.get("time", "")))
    counted = Counter({group: len(times) for group, times in groups.items()})
    return [(*group, count, min(groups[group]), max(groups[group])) for group, count in counted.most_common()]


def _seen(method: Any, properties: Any, body: bytes) -> Seen:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {}
    data = document.get("data")
    clear = dict(data) if isinstance(data, dict) else {}
    sealed = clear.pop("sealed", {})
    return Seen(
        exchange=method.exchange,
        routing_key=method.routing_key,
        user_id=properties.user_id,
        delivered=int((properties.headers or {}).get("x-delivery-count") or 0),
        size=len(body),
        attributes={name: document[name] for name in _CLEAR if name in document} or {"id": None, "type": "malformed"},
        data=clear,
        sealed_for=tuple(sorted(sealed)) if isinstance(sealed, dict) else (),
    )
