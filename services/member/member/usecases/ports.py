"""What use cases need of the outside; the adapters give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from member.domain.accounts import Account
from member.domain.attempts import Attempt, AttemptCounter
from member.domain.brokers import Broker
from member.domain.contracts import BankAccount, Beneficiary, Contract, Mandate
from member.domain.links import OneTimeLink
from member.domain.people import Person, Subscription
from member.domain.preferences import Preferences
from member.domain.sessions import Ending, RefreshToken, SignedInSession
from member.domain.tenants import Mutuelle
from plumbing import unit_of_work

# Attempts are counted before anybody knows whose they are; their table has no tenant, so any unit of work will do.
NO_TENANT = "-"


class Accounts(Protocol):
    """`for_change` keeps the row locked until the end of the transaction. What is added can be referred to at once."""

    def add(self, account: Account) -> None: ...
    def get(self, account_id: str) -> Account | None: ...
    def for_change(self, account_id: str) -> Account: ...
    def by_login(self, login: str) -> Account | None: ...


class People(Protocol):
    def add(self, person: Person) -> None: ...
    def get(self, person_id: str) -> Person: ...


class Brokers(Protocol):
    def add(self, broker: Broker) -> None: ...
    def get(self, broker_id: str) -> Broker | None: ...


class Subscriptions(Protocol):
    def add(self, subscription: Subscription) -> None: ...
    def get(self, subscription_id: str) -> Subscription | None: ...


class Contracts(Protocol):
    def add(self, contract: Contract) -> None: ...
    def get(self, contract_id: str) -> Contract | None: ...
    def add_beneficiaries(self, beneficiaries: Iterable[Beneficiary]) -> None: ...
    def add_bank_accounts(self, accounts: Iterable[BankAccount]) -> None: ...
    def add_mandate(self, mandate: Mandate) -> None: ...


class Links(Protocol):
    def add(self, link: OneTimeLink) -> None: ...
    def by_secret(self, secret_hash: str) -> OneTimeLink | None: ...
    def use_all_of(self, account_id: str, now: datetime) -> set[str]:
        """Use up every unused link of the account in one statement; returns the ids of those it took."""
        ...


class Sessions(Protocol):
    def add(self, session: SignedInSession) -> None: ...
    def for_change(self, session_id: str) -> SignedInSession: ...
    def add_token(self, token: RefreshToken) -> None: ...
    def token(self, secret_hash: str) -> RefreshToken | None: ...
    def end_all_of(self, account_id: str, ending: Ending, now: datetime) -> None: ...


class Attempts(Protocol):
    def for_change(self, kind: Attempt, identifier: str, now: datetime) -> AttemptCounter:
        """Return the counter, locked; a first attempt makes it."""
        ...

    def forget(self, kind: Attempt, identifiers: Iterable[str]) -> None: ...


class PreferencesOfMembers(Protocol):
    def add(self, preferences: Preferences) -> None: ...
    def get(self, member_id: str) -> Preferences | None: ...


class Tenants(Protocol):
    def add(self, mutuelle: Mutuelle) -> None: ...
    def get(self, code: str) -> Mutuelle | None: ...


class Numbers(Protocol):
    def next(self, series: str) -> int:
        """Return the next number of a series of this tenant, from 1; the row stays locked until the commit."""
        ...


class Work(unit_of_work.Work, Protocol):
    """A unit of work with member's repositories."""

    accounts: Accounts
    people: People
    brokers: Brokers
    subscriptions: Subscriptions
    contracts: Contracts
    links: Links
    sessions: Sessions
    attempts: Attempts
    preferences: PreferencesOfMembers
    tenants: Tenants
    numbers: Numbers

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None: ...


Uow = Callable[[], Work]


class Units(Protocol):
    """Hands out units of work where the tenant is only found on the way."""

    def for_tenant(self, tenant: str) -> Uow: ...


@dataclass(frozen=True)
class Candidate:
    """Who may be meant by an identifier: what sign-in needs to know of him, read in one query."""

    tenant: str
    account_id: str
    password_hash: str | None


class Directory(Protocol):
    """The few reads that come before the tenant is known."""

    def tenant_code(self, code_or_number: str) -> str | None: ...
    def candidates(self, identifier: str, tenant: str | None) -> list[Candidate]: ...
    def tenant_of_link(self, secret_hash: str) -> str | None: ...
    def tenant_of_refresh_token(self, secret_hash: str) -> str | None: ...


class HashingBusy(Exception):
    """Too many people are signing in at this moment; worth trying again in seconds."""


class Passwords(Protocol):
    """Slow hashing, a few at a time: HashingBusy when the wait is too long."""

    def hash(self, password: str) -> str: ...
    def verify(self, password: str, password_hash: str | None) -> bool:
        """Compare; with None the same work is done on a dummy and the answer is no."""
        ...

    def outdated(self, password_hash: str) -> bool: ...


class Secrets(Protocol):
    """Random secrets of 256 bits."""

    def fresh(self) -> str: ...
    def successor(self, secret: str) -> str:
        """Return the one secret that follows `secret`: the same each time, and not to be guessed without our key."""
        ...


class Closing(Protocol):
    """Closes a text that must be kept for a while, and opens it again."""

    def close(self, text: str) -> str: ...
    def open(self, stored: str) -> str: ...


class TokenIssuer(Protocol):
    def issue(
        self, *, subject: str, tenant: str, role: str, now: datetime, life: timedelta, scopes: tuple[str, ...] = ()
    ) -> str: ...
