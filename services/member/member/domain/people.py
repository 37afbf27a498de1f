"""People: who stands behind an account, and what a subscription said about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Details:
    """What is known of a person. Brokers and managers have a name and an e-mail; members have all of it."""

    civility: str | None
    first_name: str
    last_name: str
    email: str
    birth_name: str | None = None
    birth_date: date | None = None
    mobile: str | None = None
    address: str | None = None
    address_extra: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None


@dataclass
class Person:
    """The person of the account with the same id."""

    id: str
    tenant: str
    civility: str | None
    first_name: str
    last_name: str
    email: str
    updated_at: datetime
    birth_name: str | None = None
    birth_date: date | None = None
    mobile: str | None = None
    address: str | None = None
    address_extra: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, *, identifier: str, tenant: str, details: Details, now: datetime) -> Person:
        person = cls(identifier, tenant, details.civility, details.first_name, details.last_name, details.email, now)
        person.take(details, now)
        return person

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def take(self, details: Details, now: datetime) -> None:
        """Write these details over the present ones; what they do not say stays."""
        for name in Details.__dataclass_fields__:
            value = getattr(details, name)
            if value is not None:
                setattr(self, name, value)
        self.updated_at = now


@dataclass
class Subscription:
    """What quoting said about one subscription, kept apart from the account that it leads to.

    Who types somebody else's e-mail address into a subscription changes nothing in that person's account: the two are
    only linked. `details` is None while only the contract has been heard of.
    """

    id: str
    tenant: str
    member_id: str
    person_id: str | None = None
    submitted_on: date | None = None
    signature_mode: str | None = None
    teletransmission: bool | None = None
    marketing_objection: bool | None = None
    details: Details | None = None
