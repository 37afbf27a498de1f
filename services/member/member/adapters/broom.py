"""Deletes what has had its time, across tenants, a batch at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, select

from member.adapters.tables import ATTEMPT_COUNTER, ONE_TIME_LINK, REFRESH_TOKEN, SESSION

_BATCH = 500


class SqlBroom:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counters(self, *, untouched_since: datetime) -> int:
        table = ATTEMPT_COUNTER
        with self._engine.begin() as connection:
            gone = connection.execute(delete(table).where(table.c.last_at < untouched_since).returning(table.c.kind))
            return len(gone.all())

    def links(self, *, expired_before: datetime) -> int:
        table = ONE_TIME_LINK
        with self._engine.begin() as connection:
            gone = connection.execute(delete(table).where(table.c.expires_at < expired_before).returning(table.c.id))
            return len(gone.all())

    def sessions(self, *, over_before: datetime) -> int:
        swept = 0
        while batch := self._sweep_sessions(over_before):
            swept += batch
        return swept

    def _sweep_sessions(self, over_before: datetime) -> int:
        with self._engine.begin() as connection:
            over = select(SESSION.c.id).where(SESSION.c.ends_at < over_before).limit(_BATCH)
            ids = list(connection.execute(over).scalars())
            if ids:
                connection.execute(delete(REFRESH_TOKEN).where(REFRESH_TOKEN.c.session_id.in_(ids)))
                connection.execute(delete(SESSION).where(SESSION.c.id.in_(ids)))
        return len(ids)
