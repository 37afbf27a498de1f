"""Writing events where the relay finds them, each with the next number of its subject."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, bindparam, cast, literal, select

from plumbing.database import EVENT_SEQUENCE, OUTBOX, insert_of

_GIVEN = (
    "event_id",
    "tenant",
    "type",
    "subject",
    "required",
    "sealed",
    "sealed_until",
    "created_at",
    "attempts",
)


def say(connection: Connection, events: Sequence[dict[str, Any]]) -> None:
    """Add events, subjects in one order everywhere; `before_sequence` is the envelope up to its number.

    The number's row stays locked until the commit, so the events of one subject commit in the order of their numbers.
    """
    for said in events:
        if connection.dialect.name == "postgresql":
            connection.execute(_number_and_say(), said)
        else:
            connection.execute(_SAY, numbered(connection, said))


def numbered(connection: Connection, said: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an event, under the next number of its subject."""
    sequence = connection.execute(_number(connection.dialect.name), said).scalar_one()
    row = {name: said[name] for name in _GIVEN}
    return {**row, "sequence": sequence, "envelope": f"{said['before_sequence']}{sequence}}}"}


_SAY = OUTBOX.insert().inline()  # its key is of no interest


@cache
def _number(dialect_name: str) -> Any:
    first = insert_of(dialect_name)(EVENT_SEQUENCE).values(subject=bindparam("subject"), last=1)
    more = {"last": EVENT_SEQUENCE.c.last + 1}
    return first.on_conflict_do_update(index_elements=["subject"], set_=more).returning(EVENT_SEQUENCE.c.last)


@cache
def _number_and_say() -> Any:
    """One round trip; SQLite knows no statement within another, and has no round trips."""
    counted = _number("postgresql").cte("counted")
    given = [bindparam(name, type_=OUTBOX.c[name].type).label(name) for name in _GIVEN]
    envelope = bindparam("before_sequence", type_=String) + cast(counted.c.last, String) + literal("}")
    return OUTBOX.insert().from_select(
        [*_GIVEN, "sequence", "envelope"], select(*given, counted.c.last, envelope), include_defaults=False
    )
