"""One-time links: how a password is chosen or chosen again. Nobody ever receives a password (A-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """Why a link was sent: the first password of an account, or a new one."""

    OPENING = "opening"
    RESET = "reset"


LIFE = {Purpose.OPENING: timedelta(days=7), Purpose.RESET: timedelta(minutes=30)}


class UnknownLink(Exception):
    """No link has this secret."""


class LinkUsed(Exception):
    """The link, or another one sent for the same account, has already served."""


class LinkExpired(Exception):
    """The link's time has passed."""


@dataclass
class OneTimeLink:
    """Only the SHA-256 of the secret is kept: who reads the database cannot use the links in it."""

    id: str
    tenant: str
    account_id: str
    purpose: Purpose
    secret_hash: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    @classmethod
    def issue(
        cls, *, identifier: str, tenant: str, account_id: str, purpose: Purpose, secret_hash: str, now: datetime
    ) -> OneTimeLink:
        return cls(identifier, tenant, account_id, purpose, secret_hash, now, now + LIFE[purpose])

    def check(self, now: datetime) -> None:
        """Raise LinkUsed or LinkExpired unless the link may serve at `now`; its last instant is still good."""
        if self.used_at is not None:
            raise LinkUsed(self.id)
        if now > self.expires_at:
            raise LinkExpired(self.id)
