"""Column types for the domain's small immutable values: one text each, closed when it is personal."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Dialect, String, Text, TypeDecorator

from plumbing.database import Encrypted, Instant
from signature.domain.signer import Reading

_INSTANT = Instant()


class Code(TypeDecorator[StrEnum]):
    """A StrEnum as its text."""

    impl = String(40)
    cache_ok = True

    def __init__(self, options: type[StrEnum]) -> None:
        super().__init__()
        self.options = options

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.options(value)


class Values(TypeDecorator[tuple[Any, ...]]):
    """A tuple of one frozen dataclass, as a JSON list."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Any]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps([asdict(each) for each in value]).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...] | None:
        return None if value is None else tuple(self.kind(**each) for each in orjson.loads(value))


class Readings(TypeDecorator[tuple[Reading, ...]]):
    """How far a signer is with each document, as a JSON list; instants as everywhere in microseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Reading] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        rows = [
            [each.document_id, each.pages, _INSTANT.process_bind_param(each.accepted_at, dialect)] for each in value
        ]
        return orjson.dumps(rows).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Reading, ...] | None:
        if value is None:
            return None
        rows = orjson.loads(value)
        return tuple(Reading(name, pages, _INSTANT.process_result_value(at, dialect)) for name, pages, at in rows)


class ClosedValue(TypeDecorator[Any]):
    """One frozen dataclass of personal facts, as a closed text."""

    impl = Encrypted
    cache_ok = True

    def __init__(self, kind: type[Any]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(asdict(value)).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.kind(**orjson.loads(value))


class ClosedFacts(TypeDecorator[Any]):
    """A JSON object, closed: what a journal entry tells holds addresses and the signer's own words."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


class ClosedBytes(TypeDecorator[bytes]):
    """A file's bytes, closed."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else base64.b64encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else base64.b64decode(value)
