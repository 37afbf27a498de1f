"""An account: the right of one person to come in, under one role, at one mutuelle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Who a token speaks for. Guests, partners and services have no account."""

    BROKER = "broker"
    MANAGER = "manager"
    MEMBER = "member"
    EMPLOYER = "employer"


class AccountState(StrEnum):
    """
    invited --first password--> active --too many failures--> locked --link used, or time passed--> active
    any --closed by the mutuelle--> closed
    """

    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    CLOSED = "closed"


class AccountClosed(Exception):
    """The mutuelle has closed this account: no link opens it again."""


@dataclass
class Account:
    """`login` is the e-mail in its compared form (see `identifiers`), or None for a member whose e-mail already serves
    another account of the mutuelle; he signs in with his member number."""

    id: str
    tenant: str
    role: Role
    login: str | None
    created_at: datetime
    state: AccountState = AccountState.INVITED
    member_number: str | None = None
    password_hash: str | None = None
    locked_until: datetime | None = None
    opened_at: datetime | None = None
    last_sign_in_at: datetime | None = None

    @property
    def identifier(self) -> str:
        """What its holder types to sign in."""
        return self.login or self.member_number or ""

    @property
    def opened(self) -> bool:
        """Whether its holder has ever chosen a password: from then on nobody else's data may change what it says."""
        return self.opened_at is not None

    def may_sign_in(self, now: datetime) -> bool:
        """Tell whether the right password would let its holder in at `now`."""
        if self.password_hash is None:
            return False
        return self.state is AccountState.ACTIVE or (self.state is AccountState.LOCKED and not self.locked(now))

    def locked(self, now: datetime) -> bool:
        return self.state is AccountState.LOCKED and self.locked_until is not None and now < self.locked_until

    def lock(self, until: datetime) -> None:
        """Keep everybody out until `until`; an account that is not open has nothing to lock."""
        if self.state in (AccountState.ACTIVE, AccountState.LOCKED):
            self.state = AccountState.LOCKED
            self.locked_until = until

    def sign_in(self, now: datetime) -> None:
        self._unlock()
        self.last_sign_in_at = now

    def choose_password(self, password_hash: str, now: datetime) -> None:
        """Take a new password, through a one-time link; opens and unlocks. AccountClosed when the account is closed."""
        if self.state is AccountState.CLOSED:
            raise AccountClosed(self.id)
        self.password_hash = password_hash
        self.opened_at = self.opened_at or now
        self._unlock()

    def _unlock(self) -> None:
        self.state = AccountState.ACTIVE
        self.locked_until = None
