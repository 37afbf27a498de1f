"""Signed-in sessions: a chain of refresh tokens, each good for one exchange, that ends at once when one is stolen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from member.domain.accounts import Role

ACCESS_LIFE = timedelta(minutes=10)
GUEST_LIFE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=8)
GRACE = timedelta(seconds=10)

_IDLE_MINUTES = {Role.MEMBER: 20, Role.BROKER: 30, Role.MANAGER: 30, Role.EMPLOYER: 20}


def idle_life(role: Role) -> timedelta:
    """Return how long a refresh token waits: the idle time of the role and one access token's life before it.

    A client asks for a new pair only once its access token has run out, so the idle time begins up to ten minutes late.
    """
    return timedelta(minutes=_IDLE_MINUTES[role]) + ACCESS_LIFE


class SessionOver(Exception):
    """The session has ended, or never was: sign in again."""


class RefreshTokenReused(SessionOver):
    """A token that had already been exchanged came back: somebody copied it, so the whole session ends."""


class Ending(StrEnum):
    """Why a session was ended before its time."""

    SIGNED_OUT = "signed_out"
    REUSED = "reused"
    NEW_PASSWORD = "new_password"  # noqa: S105  a reason, not a secret


class Redemption(StrEnum):
    """What a good refresh token gives: the next one, or the same next one again."""

    NEXT = "next"
    SAME = "same"


@dataclass
class SignedInSession:
    """From one sign-in to one sign-out, at most `SESSION_LIFE`."""

    id: str
    tenant: str
    account_id: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None

    @classmethod
    def start(cls, *, identifier: str, tenant: str, account_id: str, now: datetime) -> SignedInSession:
        return cls(identifier, tenant, account_id, now, now + SESSION_LIFE)

    def end(self, ending: Ending, now: datetime) -> None:
        """End it; the first reason stays."""
        if self.ended_at is None:
            self.ended_at = now
            self.ending = ending


@dataclass
class RefreshToken:
    """One link of the chain; only the SHA-256 of its secret is kept."""

    secret_hash: str
    tenant: str
    session_id: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def redeem(self, session: SignedInSession, now: datetime) -> Redemption:
        """Use the token up. SessionOver when it or its session has run out, RefreshTokenReused when it was copied.

        Two pages that ask in parallel with the same token are no theft: for `GRACE` after its use the token gives the
        same successor again.
        """
        if session.ended_at is not None or now >= session.ends_at:
            raise SessionOver(session.id)
        if self.used_at is not None:
            if now - self.used_at > GRACE:
                raise RefreshTokenReused(session.id)
            return Redemption.SAME
        if now >= self.expires_at:
            raise SessionOver(session.id)
        self.used_at = now
        return Redemption.NEXT
