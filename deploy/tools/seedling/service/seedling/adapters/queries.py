"""Reads for the API. Written on the tables, so each names the tenant itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, select

from seedling.adapters.tables import NOTE


def notes(engine: Engine, tenant: str, *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """The tenant's notes from the oldest on, those after the id `after`."""
    statement = select(NOTE).where(NOTE.c.tenant == tenant).order_by(NOTE.c.id).limit(limit)
    if after is not None:
        statement = statement.where(NOTE.c.id > after)
    with engine.connect() as connection:
        return connection.execute(statement).all()
