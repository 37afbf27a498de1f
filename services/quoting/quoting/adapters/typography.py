"""French typography for texts that people write in data files with ordinary spaces."""

from __future__ import annotations

import re

_NO_BREAK = "\u00a0"
_NARROW = "\u202f"
_BEFORE_HIGH = re.compile(r" (?=[;!?])")
_BEFORE_LOW = re.compile(r" (?=[:%€»])")
_AFTER_QUOTE = re.compile(r"(?<=«) ")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


def french(text: str) -> str:
    """Put no-break spaces where French typesetting wants them; text already set is left as it is."""
    text = _BEFORE_HIGH.sub(_NARROW, text)
    text = _BEFORE_LOW.sub(_NO_BREAK, text)
    text = _AFTER_QUOTE.sub(_NO_BREAK, text)
    return _THOUSANDS.sub(_NARROW, text)
