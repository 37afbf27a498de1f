"""Sequences as rows: the row stays locked until the commit, so no number is given twice nor left out."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, String, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from plumbing.database import insert_of
from quoting.adapters.tables import NUMBER_SEQUENCE, QUOTE
from quoting.domain.numbering import DIGITS, format_number
from quoting.domain.quote import Quote

_QUOTES = "quote"


class SqlNumbers:
    """The sequences of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def next(self, kind: str, prefix: str) -> int:
        connection = self._session.connection()
        return _next(connection, {"tenant": self._tenant, "kind": kind, "prefix": prefix})


def number_and_add(connection: Connection, quote: Quote, prefix: str, row: dict[str, Any]) -> None:
    """Insert a quote's row under the next number of its prefix, and tell the quote its number; NumbersExhausted."""
    sequence = {"tenant": row["tenant"], "kind": _QUOTES, "prefix": prefix}
    if connection.dialect.name == "postgresql":
        position = connection.execute(_number_and_add(), row | sequence).scalar_one()
        quote.number = format_number(prefix, position)
    else:  # SQLite knows no statement within another, and has no round trips
        quote.number = format_number(prefix, _next(connection, sequence))
        connection.execute(QUOTE.insert(), row | {"number": quote.number})


def _next(connection: Connection, sequence: dict[str, str]) -> int:
    return int(connection.execute(_count_on(connection.dialect.name), sequence).scalar_one())


@cache
def _count_on(dialect_name: str) -> Any:
    given: dict[str, Any] = {name: bindparam(name) for name in ("tenant", "kind", "prefix")}
    first = insert_of(dialect_name)(NUMBER_SEQUENCE).values(**given, last=1)
    more = {"last": NUMBER_SEQUENCE.c.last + 1}
    counted = first.on_conflict_do_update(index_elements=list(given), set_=more)
    return counted.returning(NUMBER_SEQUENCE.c.last)


@cache
def _number_and_add() -> Any:
    """One round trip, so that nobody waits for our own time while the number is locked."""
    counted = _count_on("postgresql").cte("counted")
    given = {column.key: bindparam(column.key, type_=column.type) for column in QUOTE.c if column.key != "number"}
    digits = func.lpad(cast(counted.c.last, String), DIGITS, "0")
    number = bindparam("prefix", type_=String) + literal("-") + digits
    statement = QUOTE.insert().from_select([*given, "number"], select(*given.values(), number).select_from(counted))
    return statement.returning(select(counted.c.last).scalar_subquery())
