"""French typography of what leaves the house."""

from __future__ import annotations

import re
from datetime import date

NBSP = "\u00a0"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)

_BEFORE = re.compile(r" (?=[:;!?%€»])")
_AFTER = re.compile(r"(?<=«) ")


def with_french_spaces(text: str) -> str:
    """Return the text with its high punctuation, guillemets and units held by non-breaking spaces."""
    return _AFTER.sub(NBSP, _BEFORE.sub(NBSP, text))


def long_date(day: date) -> str:
    """Return « 14 septembre 2026 », « 1er octobre 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{MONTHS[day.month - 1]} {day.year}"
