"""How often something may be tried for one identifier, whether or not anybody has it.

Known and unknown identifiers are counted alike: if only real accounts were locked, the lock would tell who is a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Attempt(StrEnum):
    """What is counted."""

    SIGN_IN = "sign_in"
    RESET = "reset"


@dataclass(frozen=True)
class Limit:
    """After `attempts` within `within` the next one waits until `pause` after the last."""

    attempts: int
    within: timedelta
    pause: timedelta


LIMITS = {
    # F-358: ten failures, a quarter of an hour.
    Attempt.SIGN_IN: Limit(10, within=timedelta(hours=24), pause=timedelta(minutes=15)),
    # Five links an hour fill nobody's mailbox.
    Attempt.RESET: Limit(5, within=timedelta(hours=1), pause=timedelta(hours=1)),
}


class TooManyAttempts(Exception):
    """Nothing is tried before `until`, be the password right or wrong."""

    def __init__(self, kind: Attempt, until: datetime) -> None:
        super().__init__(f"{kind} paused until {until.isoformat()}")
        self.kind = kind
        self.until = until


@dataclass
class AttemptCounter:
    """One row per kind and identifier (`identifier` is stored as a keyed fingerprint)."""

    kind: Attempt
    identifier: str
    count: int
    last_at: datetime
    paused_until: datetime | None = None

    def reserve(self, now: datetime) -> bool:
        """Count one attempt *before* it is made, so that attempts made in parallel cannot exceed the limit.

        Returns whether this was the last one before the pause. TooManyAttempts during a pause.
        """
        limit = LIMITS[self.kind]
        if self.paused_until is not None:
            if now < self.paused_until:
                raise TooManyAttempts(self.kind, self.paused_until)
            self.clear()
        if now - self.last_at >= limit.within:
            self.clear()
        self.count += 1
        self.last_at = now
        if self.count < limit.attempts:
            return False
        self.paused_until = now + limit.pause
        return True

    def release(self) -> None:
        """Take one reserved attempt back: it could not be made."""
        self.count = max(0, self.count - 1)
        self.paused_until = None

    def clear(self) -> None:
        """Forget what was counted: the right password was given, or a link was used."""
        self.count = 0
        self.paused_until = None
