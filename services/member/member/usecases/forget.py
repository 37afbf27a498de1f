"""Throw away what no longer serves: counters, links and sessions whose time has passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

# A used or expired link is answered with its own words for a while, then as an unknown one.
LINKS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=1)
COUNTERS_KEPT = timedelta(days=1)


class Broom(Protocol):
    """Deletes across tenants; returns the numbers of rows."""

    def counters(self, *, untouched_since: datetime) -> int: ...
    def links(self, *, expired_before: datetime) -> int: ...
    def sessions(self, *, over_before: datetime) -> int: ...


def forget(*, broom: Broom, now: datetime) -> dict[str, int]:
    """Return how many rows went, by kind."""
    return {
        "counters": broom.counters(untouched_since=now - COUNTERS_KEPT),
        "links": broom.links(expired_before=now - LINKS_KEPT),
        "sessions": broom.sessions(over_before=now - SESSIONS_KEPT),
    }
