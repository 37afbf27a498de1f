"""What the steps of the demonstration share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deploy.demo.client import Api, Mailbox, Unexpected
from deploy.demo.people import Family, new_family


@dataclass
class Story:
    """What is known so far."""

    api: Api
    mailbox: Mailbox
    staff_password: str
    family: Family = field(default_factory=new_family)
    broker: Api | None = None
    manager: Api | None = None
    guest: Api | None = None
    member: Api | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Close every connection."""
        for one in (self.api, self.mailbox, self.broker, self.manager, self.guest, self.member):
            if one is not None:
                one.close()

    def person(self, name: str) -> Api:
        """Return the client of somebody who has signed in."""
        api: Api | None = getattr(self, name)
        if api is None:
            raise Unexpected(f"the {name} has not signed in yet")
        return api


def check(truth: object, what: str) -> None:
    """Stop when something is not as it should be."""
    if not truth:
        raise Unexpected(what)
