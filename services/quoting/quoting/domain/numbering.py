"""Numbers that people read: a product's prefix and ten digits (F-057)."""

from __future__ import annotations

DIGITS = 10
UNNUMBERED = ""
"""Until it is stored: numbers are given without a gap, so they are given last."""


class NumbersExhausted(Exception):
    """A sequence has passed ten digits."""


def format_number(prefix: str, position: int) -> str:
    """Return `RIS-0000000033` for the 33rd of a sequence that starts at 1."""
    if not 1 <= position < 10**DIGITS:
        raise NumbersExhausted(f"{prefix} {position}")
    return f"{prefix}-{position:0{DIGITS}d}"
