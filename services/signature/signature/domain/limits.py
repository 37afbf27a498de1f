"""How many codes may be sent in all, whatever the ceremony: a wall against SMS pumping.

Counted in a table that every process shares, in the transaction that sends the SMS: if the count cannot be taken,
nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limit:
    """At most `ceiling` codes per `window`, for one value of `scope`. Windows start on multiples of themselves."""

    scope: str
    window: timedelta
    ceiling: int

    def window_start(self, now: datetime) -> datetime:
        return _EPOCH + (now - _EPOCH) // self.window * self.window


@dataclass(frozen=True)
class CodeLimits:
    """Three ceremonies' worth of SMS a day for one telephone; a ceiling an hour for one tenant."""

    mobile: Limit = Limit("mobile", timedelta(days=1), 12)
    tenant: Limit = Limit("tenant", timedelta(hours=1), 600)


class TooManyCodes(Exception):
    """The limit named `scope` is reached; another code may be asked for from `retry_at` on."""

    def __init__(self, scope: str, retry_at: datetime) -> None:
        super().__init__(f"{scope} limit until {retry_at.isoformat()}")
        self.scope = scope
        self.retry_at = retry_at


def check(limit: Limit, count: int, *, now: datetime) -> None:
    """Raise TooManyCodes when `count`, the new one included, is beyond the ceiling."""
    if count > limit.ceiling:
        raise TooManyCodes(limit.scope, limit.window_start(now) + limit.window)
