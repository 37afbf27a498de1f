"""What AMQP has no words for: accounts, their rights, and which bindings there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class AdministrationFailed(Exception):
    """The broker did not do what was asked, or its administration cannot be reached; the text says why."""


def told(arguments: Mapping[str, Any]) -> str:
    """Return the arguments of a binding as one text, the same for the same arguments."""
    return json.dumps(dict(arguments), sort_keys=True)


@dataclass(frozen=True)
class Binding:
    """One binding of the virtual host; those of the default exchange are left out. `arguments` is what `told` gives."""

    source: str
    routing_key: str
    destination: str
    to_exchange: bool = False
    arguments: str = "{}"


@dataclass(frozen=True)
class Rights:
    """Patterns of the names an account may configure, write to and read from, as RabbitMQ searches them."""

    configure: str
    write: str
    read: str


class Administration(Protocol):
    """One broker's accounts, and one virtual host's rights and bindings. Each call may raise AdministrationFailed."""

    def add_account(self, name: str, password: str) -> None:
        """Create an account without tags and rights."""
        ...

    def change_password(self, name: str, password: str) -> None: ...

    def remove_account(self, name: str) -> None:
        """Remove an account with all its rights; the broker closes its connections. One that is gone is no failure."""
        ...

    def grant(self, account: str, rights: Rights) -> None: ...

    def limit_topics(self, account: str, exchange: str, *, write: str) -> None:
        """Let the account publish to a topic exchange under matching keys only, and bind nothing to it."""
        ...

    def bindings(self) -> list[Binding]: ...
