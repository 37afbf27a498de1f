"""How long to wait before trying again: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h, each with jitter, then no more."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

RUNGS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
_JITTER = 0.2


def next_try(failures: int, now: datetime) -> datetime | None:
    """Return when to try again after the `failures`-th failure (from 1), or None when the ladder is spent."""
    if failures > len(RUNGS):
        return None
    # Jitter keeps a crowd that failed together from coming back together.
    return now + RUNGS[failures - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)


def is_spent(attempts: int) -> bool:
    """Tell whether so many attempts have been begun that no rung is left."""
    return attempts > len(RUNGS)
