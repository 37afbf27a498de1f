"""Alembic's entry: one environment for all services; `plumbing.migrations` hands in the engine and the service."""

from __future__ import annotations

import zlib

from alembic import context
from sqlalchemy import text

engine = context.config.attributes["engine"]
service = context.config.attributes["service"]

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # Two containers that start together must not both migrate; a lock that cannot be had soon is an error to see.
        connection.execute(text("SET lock_timeout = '10s'"))
        # The engine's time-out is for requests; an index over years of rows takes longer.
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": zlib.crc32(f"{service}.migrate".encode())})
        connection.commit()
    context.configure(connection=connection, render_as_batch=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    # The advisory lock goes with the session, not with a transaction: the connection must not return to the pool.
    connection.invalidate()
