"""When cover may begin (A-04): from today to twelve months ahead, and never before the day after a late signature."""

from __future__ import annotations

from datetime import date, timedelta

MONTHS_AHEAD = 12


class EffectiveDateRefused(Exception):
    """The date wished for is in the past or too far ahead."""

    def __init__(self, wished: date, first: date, last: date) -> None:
        super().__init__(wished.isoformat())
        self.wished = wished
        self.first = first
        self.last = last


def latest_effective_date(today: date) -> date:
    """Return the last day that may be wished for: the same day next year (28 February for the 29th)."""
    try:
        return today.replace(year=today.year + 1)
    except ValueError:
        return date(today.year + 1, 2, 28)


def check_effective_date(wished: date, *, today: date) -> None:
    """EffectiveDateRefused unless `wished` is from today to twelve months ahead, both included."""
    last = latest_effective_date(today)
    if not today <= wished <= last:
        raise EffectiveDateRefused(wished, today, last)


def cover_begins(wished: date, *, signed_on: date) -> date:
    """Return when cover begins: as wished, or the day after the signature when that came later."""
    return wished if signed_on <= wished else signed_on + timedelta(days=1)
