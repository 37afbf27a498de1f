"""What goes over the bus and what becomes of it; the same on both transports."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

CLOUDEVENTS_JSON = "application/cloudevents+json; charset=utf-8"


class BusUnavailable(Exception):
    """The bus cannot be reached, does not answer in time, or has closed the connection. Trying again later may help."""


class TopologyRefused(BusUnavailable):
    """The bus answers, but an exchange or a queue is missing or was declared otherwise; says which."""


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to publish.

    `message_id` is the event's id and names the outcome. `mandatory` is false for an event whose audience is optional:
    when nobody hears it, it ends in the queue of the unheard instead of coming back.
    """

    message_id: str
    routing_key: str
    body: bytes
    type: str
    content_type: str = CLOUDEVENTS_JSON
    mandatory: bool = True


class Outcome(StrEnum):
    """What the bus said of one published message."""

    CONFIRMED = "confirmed"
    """Every queue that wants it holds it durably (or the queue of the unheard does)."""
    RETURNED = "returned"
    """No queue wants it and somebody must: nothing was kept."""
    REFUSED = "refused"
    """A queue could not take it, or it is larger than the bus carries: nothing may be assumed kept."""
    UNKNOWN = "unknown"
    """No answer in time, or the connection was lost: it may have arrived. Publish it again; inboxes drop repeats."""


@dataclass
class Delivery:
    """One message received, to be acked or rejected on the consumer that received it.

    `body` is exactly what was published, readable or not. `delivery_count` is how often it was delivered before.
    `user_id` is the authenticated sender, when the sender gave it: the broker refuses a forged one.
    """

    body: bytes
    message_id: str | None
    type: str | None
    routing_key: str
    redelivered: bool
    delivery_count: int
    user_id: str | None
    exchange: str
    tag: object = field(repr=False, default=None)
