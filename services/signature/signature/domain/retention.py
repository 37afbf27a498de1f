"""How long a ceremony is kept. Two classes, from the rules in force; a legal hold stops both clocks.

Signed: ten years after the contract's end (C. conso. L213-1 and D213-2, from the end of the last performance, as
for a cover that is renewed). Refused, failed, expired: thirteen months, for whoever contests that he did not sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from signature.domain.state import GIVEN, State

YEARS_AFTER_CONTRACT: Final = 10
VOID_KEPT: Final = timedelta(days=396)
"""Thirteen months, however long they are."""


@dataclass(eq=False)
class Tombstone:
    """What is left of a purged ceremony: that it was, how it ended, and the head of its journal. Nobody is in it."""

    ceremony_id: str
    state: State
    manifest_sha256: str
    journal_head: str
    journal_length: int
    purged_at: datetime
    tenant: str = ""


@dataclass(eq=False)
class LegalHold:
    """Nothing of this ceremony is purged while this is there: a dispute is on. `reason` is closed wherever it rests."""

    ceremony_id: str
    reason: str
    held_by: str
    held_at: datetime
    tenant: str = ""


def may_be_purged(
    state: State, *, ended_at: datetime | None, cover_ended_on: date | None, held: bool, now: datetime
) -> bool:
    """Tell whether a ceremony's time is over. A signed one whose contract has no known end is kept."""
    if held or ended_at is None:
        return False
    if state in GIVEN:
        return cover_ended_on is not None and now.date() >= _ten_years_after(cover_ended_on)
    return now >= ended_at + VOID_KEPT


def _ten_years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + YEARS_AFTER_CONTRACT)
    except ValueError:  # 29 February
        return date(day.year + YEARS_AFTER_CONTRACT, 3, 1)
