"""What a service hears, and what its handlers are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema

from plumbing.senders import PARTNER, any_partners, partner_of
from plumbing.transport import QueueTopology


@dataclass(frozen=True)
class Event:
    """What a handler is given: `data` and `sealed` are already loaded through the handler's schemas."""

    id: str
    type: str
    source: str
    subject: str
    tenant: str
    sequence: int
    time: datetime
    data: Mapping[str, Any]
    sealed: Mapping[str, Any]
    user_id: str | None = None

    @property
    def partner(self) -> str | None:
        """The name of the partner who said it, as the broker vouches for it; None for our own services."""
        return partner_of(self.type)


@dataclass(frozen=True)
class Context:
    """What handlers and jobs work with. `uow` is bound to the tenant and to the claim of the event or job."""

    uow: Callable[[], Any]
    services: Any


Handler = Callable[[Event, Context], None]


@dataclass(frozen=True)
class Subscription:
    """One type that this service hears, with the small schemas of what it reads of it.

    For what partners say the type has `*` in the partner's place, and `summary` and `example` are the contract: theirs
    is the code, ours the schema.
    """

    type: str
    schema: Schema
    sealed: Schema | None
    latest_wins: bool
    handler: Handler
    summary: str = ""
    example: Mapping[str, Any] | None = None


class Subscriptions:
    """What one service hears (`messages/consumes.py`)."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.entries: dict[str, Subscription] = {}

    def on(
        self, type: str, *, schema: Schema, sealed: Schema | None = None, latest_wins: bool = False
    ) -> Callable[[Handler], Handler]:
        """Register a handler for one event type. Unknown fields are left aside: the publisher may add some."""
        return lambda handler: self._add(Subscription(type, schema, sealed, latest_wins, handler))

    def on_partner(
        self, fact: str, *, schema: Schema, summary: str, example: Mapping[str, Any]
    ) -> Callable[[Handler], Handler]:
        """Register a handler for what any partner may say: `settlement.made.v1` is heard as
        `partner.<name>.settlement.made.v1`, from the partner of that name only. `example` becomes the golden file.
        """
        key = any_partners(f"{PARTNER}.any.{fact}")
        return lambda handler: self._add(Subscription(key, schema, None, False, handler, summary, example))

    def _add(self, entry: Subscription) -> Handler:
        for part in (entry.schema, entry.sealed):
            if part is not None and part.unknown != EXCLUDE:
                raise ValueError(f"{entry.type}: a consumer's schema must have unknown = EXCLUDE")
        if entry.type in self.entries:
            raise ValueError(f"{entry.type} is heard twice")
        self.entries[entry.type] = entry
        return entry.handler

    def find(self, type: str) -> Subscription | None:
        """Return what hears this type, whoever the partner is that says it."""
        return self.entries.get(any_partners(type))

    def topology(self) -> QueueTopology:
        return QueueTopology(service=self.service, routing_keys=tuple(sorted(self.entries)))
