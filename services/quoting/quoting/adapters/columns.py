"""Column types for the domain's immutable values: JSON texts, closed with the field key when they are personal."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson
from sqlalchemy import Dialect, String, Text, TypeDecorator

from plumbing.database import Encrypted


def dumped(value: Any) -> str:
    """Return a value made of dataclasses, tuples, dates and decimals as JSON."""
    return orjson.dumps(value, default=_other).decode()


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} cannot be stored")


@cache
def reader(kind: Any) -> Callable[[Any], Any]:
    """Return the function that rebuilds a value of this type from what `dumped` wrote."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        (inner,) = (argument for argument in arguments if argument is not type(None))
        read = reader(inner)
        return lambda stored: None if stored is None else read(stored)
    if origin is tuple:
        read = reader(arguments[0])
        return lambda stored: tuple(read(item) for item in stored)
    if kind in {date, datetime}:
        return kind.fromisoformat
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return kind
    return lambda stored: stored


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: reader(hints[field.name]) for field in fields(kind)}

    def read(stored: dict[str, Any]) -> Any:
        # A field that was added later and has a default is absent from what was stored before.
        return kind(**{name: readers[name](value) for name, value in stored.items()})

    return read


class Code(TypeDecorator[StrEnum]):
    """A StrEnum as its text."""

    impl = String(40)
    cache_ok = True

    def __init__(self, options: type[StrEnum]) -> None:
        super().__init__()
        self.options = options

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.options(value)


class Value(TypeDecorator[Any]):
    """A frozen dataclass, or a tuple of them, as JSON: codes, amounts and ids only."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dumped(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else reader(self.kind)(orjson.loads(value))


class ClosedValue(TypeDecorator[Any]):
    """The same for personal facts: the database only ever sees it closed."""

    impl = Encrypted
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dumped(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else reader(self.kind)(orjson.loads(value))
