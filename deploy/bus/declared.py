"""What should be on the broker, read from docs/asyncapi.json and told again in AMQP's own terms.

Said here a second time on purpose: the services declare all this through plumbing, and a check that asked plumbing what
is right would agree with every mistake in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.bus.administration import Binding, told

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.json"

EVENTS = "parapluie.events"
PARTNERS = "parapluie.partners"
UNHEARD = "parapluie.unheard"
UNHEARD_PARTNERS = "parapluie.unheard.partners"

_PARAMETER = re.compile(r"\{[^}]*\}")
_PARTNERS_HEAR = "partners.hears."

Arguments = dict[str, Any]
# Messages there are looked at and given back; RabbitMQ 4 drops one after 20 deliveries where nothing else is said.
KEPT: Arguments = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


@dataclass(frozen=True)
class Exchange:
    """A durable exchange."""

    name: str
    type: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Queue:
    """A durable queue."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Declared:
    """The whole of it. `grantable` are the types that may be granted to partners."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: frozenset[Binding]
    services: tuple[str, ...]
    grantable: tuple[str, ...]


def declared(document: Mapping[str, Any] | None = None) -> Declared:
    """Read it from the AsyncAPI document, the repository's when none is given."""
    if document is None:
        document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    services = sorted(
        channel["address"].removesuffix(".inbox")
        for channel in document["channels"].values()
        if channel["bindings"]["amqp"]["is"] == "queue" and not channel.get("parameters")
    )
    return Declared(
        exchanges=(*_SHARED, *(Exchange(f"{name}.{end}", "fanout") for name in services for end in _APART)),
        queues=(Queue(UNHEARD, KEPT), *(queue for name in services for queue in _queues(name))),
        bindings=frozenset({*_SHARED_BINDINGS, *_own_bindings(services), *_heard(document)}),
        services=tuple(services),
        grantable=tuple(
            sorted(
                name.removeprefix(_PARTNERS_HEAR) for name in document["operations"] if name.startswith(_PARTNERS_HEAR)
            )
        ),
    )


_SHARED = (
    Exchange(UNHEARD, "headers"),
    Exchange(UNHEARD_PARTNERS, "fanout"),
    Exchange(EVENTS, "topic", {"alternate-exchange": UNHEARD}),
    Exchange(PARTNERS, "topic", {"alternate-exchange": UNHEARD_PARTNERS}),
)
_SHARED_BINDINGS = (
    Binding(UNHEARD, "", UNHEARD, arguments=told({"x-match": "all", "audience": "optional"})),
    Binding(UNHEARD_PARTNERS, "", UNHEARD),
)
_APART = ("dead", "bindings")


def _queues(service: str) -> tuple[Queue, ...]:
    inbox: Arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 10,
        "x-dead-letter-exchange": f"{service}.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return (Queue(f"{service}.inbox", inbox), *(Queue(f"{service}.{end}", KEPT) for end in _APART))


def _own_bindings(services: list[str]) -> set[Binding]:
    return {Binding(f"{name}.{end}", "", f"{name}.{end}") for name in services for end in _APART}


def _heard(document: Mapping[str, Any]) -> set[Binding]:
    found = set()
    for name, operation in document["operations"].items():
        hearer, says, _ = name.partition(".hears.")
        if not says or operation["action"] != "receive" or name.startswith(_PARTNERS_HEAR):
            continue
        channel = document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
        exchange = channel["bindings"]["amqp"]["exchange"]["name"]
        found.add(Binding(exchange, _PARAMETER.sub("*", channel["address"]), f"{hearer}.inbox"))
    return found
