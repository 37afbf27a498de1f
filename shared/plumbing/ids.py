"""Identifiers: UUID version 7 (RFC 9562), so that keys made one after the other sort one after the other."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """Return a fresh UUIDv7 as its 36-character text: Unix milliseconds, their fraction, then 62 random bits.

    The fraction (method 3 of RFC 9562 §6.2) is of a quarter of a microsecond: ids that one transaction makes sort as
    they were made.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= ((rest << 12) // 1_000_000) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Tell whether `text` is a UUID in its canonical lower-case form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
