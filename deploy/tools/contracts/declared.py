"""What the services say and hear, read from their `messages` rooms."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

from deploy.tools.house import House
from plumbing.consumer import Subscription, Subscriptions
from plumbing.events import EventDeclaration, EventRegistry


@dataclass(frozen=True)
class Published:
    """One declared event and the service that says it."""

    service: str
    declaration: EventDeclaration

    @property
    def type(self) -> str:
        """The name on the wire, which is also the routing key."""
        return self.declaration.type


def published_by(service: str) -> list[Published]:
    """The events of one service, by name; none when it has no `messages.publishes`."""
    module = _module(f"{service}.messages.publishes")
    if module is None:
        return []
    registry: EventRegistry = module.EVENTS
    return [Published(service, declaration) for _, declaration in sorted(registry.declarations.items())]


def heard_by(service: str) -> dict[str, Subscription]:
    """What one service hears, by type; nothing when it has no `messages.consumes`."""
    module = _module(f"{service}.messages.consumes")
    if module is None:
        return {}
    subscriptions: Subscriptions = module.SUBSCRIPTIONS
    return dict(sorted(subscriptions.entries.items()))


def all_published(house: House) -> list[Published]:
    """Every event of the house, by name."""
    return [event for service in house.speaking_services() for event in published_by(service)]


def all_heard(house: House) -> dict[str, dict[str, Subscription]]:
    """Service -> type -> subscription."""
    return {service: heard_by(service) for service in house.speaking_services()}


def _module(name: str) -> Any:
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return importlib.import_module(name) if found is not None else None
