"""One JSON text per value, so that a hash taken here can be taken again by anybody.

The subset of RFC 8785 that needs no floating point: keys sorted, no spaces, UTF-8, and only null, booleans, whole
numbers, texts, lists and objects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
Facts: TypeAlias = Mapping[str, Json]


def canonical_json(value: Json) -> bytes:
    """Return the only encoding of `value`; TypeError for a float or anything else JSON writes in several ways."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def instant_text(instant: datetime) -> str:
    """Write an aware instant in UTC with microseconds: 2026-11-21T09:30:00.000000Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has several texts and would break the hash")
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError("keys are texts")
            _refuse_floats(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _refuse_floats(member)
