"""Who may read a document and who may send one.

A reader is written "role:id". The roles of people and services stand for themselves; "subscription:<id>" stands for
everybody who is attached to that subscription: the guest who holds its link now, its broker, and the member he
becomes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_IDENTIFIER = re.compile(r"[A-Za-z0-9*][A-Za-z0-9._-]{0,79}")
_READER_ROLES = frozenset({"guest", "member", "broker", "manager", "employer", "partner", "service", "subscription"})
_SUBJECT_KINDS = frozenset({"subscription", "quote", "claim", "contract", "ceremony", "product"})
HANDED_OUT = frozenset({"ceremony"})
"""Kinds of subject whose documents even a manager reads only when he was made a reader by name."""
_OF_SERVICES_ALONE = frozenset({"ceremony", "product"})


class InvalidReference(ValueError):
    """A subject or reader that is not written "kind:id" with a known kind."""


@dataclass(frozen=True, order=True)
class Subject:
    """What a document is about: a subscription, quote, claim, contract, ceremony or product."""

    kind: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.identifier}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Read "kind:id"; raises InvalidReference."""
        kind, separator, identifier = text.partition(":")
        if not separator or kind not in _SUBJECT_KINDS or not _IDENTIFIER.fullmatch(identifier) or "*" in identifier:
            raise InvalidReference(text)
        return cls(kind, identifier)


@dataclass(frozen=True, order=True)
class Reader:
    """Somebody who may read; the id "*" means everybody of that role in the tenant."""

    role: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.role}:{self.identifier}"

    @classmethod
    def parse(cls, text: str) -> Reader:
        """Read "role:id"; raises InvalidReference. A subscription is never open to everybody."""
        role, separator, identifier = text.partition(":")
        if not separator or role not in _READER_ROLES or not _IDENTIFIER.fullmatch(identifier):
            raise InvalidReference(text)
        if "*" in identifier and (identifier != "*" or role == "subscription"):
            raise InvalidReference(text)
        return cls(role, identifier)


@dataclass(frozen=True)
class Person:
    """The caller as this service needs to know it. `subscription` is the one a guest's link opens, else None."""

    role: str
    identifier: str
    subscription: str | None = None

    @property
    def owner(self) -> str:
        """How the caller is written as an owner."""
        return f"{self.role}:{self.identifier}"

    @property
    def sees_everything(self) -> bool:
        """A manager reads every document of his own tenant, except what is handed out by name."""
        return self.role == "manager"

    @property
    def references(self) -> frozenset[str]:
        """All the readers' texts that mean this caller."""
        own = {self.owner, f"{self.role}:*"}
        if self.subscription is not None:
            own.add(f"subscription:{self.subscription}")
        return frozenset(own)


def may_read(
    person: Person,
    *,
    subject: Subject,
    owner: str,
    readers: frozenset[str],
    attached: frozenset[str],
) -> bool:
    """Tell whether `person` may read a document of his tenant.

    `readers` are the document's own; `attached` are those attached to its subject, and to the subscriptions among its
    readers, by later events. The list query in `adapters/queries.py` says the same in SQL; a test holds them together.
    """
    if (person.sees_everything and subject.kind not in HANDED_OUT) or subject.kind == "product":
        return True
    if person.subscription is not None and str(subject) == f"subscription:{person.subscription}":
        return True
    return owner == person.owner or bool(person.references & (readers | attached))


def may_send(person: Person, *, subject: Subject, attached: frozenset[str]) -> bool:
    """Tell whether `person` may add a file to `subject`, whose attached readers are `attached`.

    A service stores about anything. A guest sends for the subscription of his link only; a broker or member for what
    he is attached to. A member also sends for a claim: the claims service, which owns it, checks that it is his when
    the claim is submitted, and until then only he can read the file.
    """
    if person.role == "service":
        return True
    if subject.kind in _OF_SERVICES_ALONE:
        return False
    if person.role == "manager":
        return True
    if person.role == "guest":
        return person.subscription is not None and str(subject) == f"subscription:{person.subscription}"
    if person.role == "member" and subject.kind == "claim":
        return True
    if person.role not in {"member", "broker"} or subject.kind not in {"subscription", "contract"}:
        return False
    return bool(person.references & attached)
