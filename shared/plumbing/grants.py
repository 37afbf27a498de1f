"""The rights of the role that web and worker run as, where the tables belong to another one.

The owner migrates, then says here what the other role may do: read and write rows, add and read where rows are only
ever added, and change no table. Said anew at each `migrate`, so that new tables are in it and nothing old stays.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Engine, text

_READ_ONLY = frozenset({"alembic_version"})


def grant(owner: Engine, role: str, *, append_only: Collection[str] = ()) -> None:
    """Give a role its rights on every table, sequence and function that is there, and no other; one transaction."""
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(b"plumbing.grants")})
        found = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = set(connection.execute(found).scalars())
        unknown = set(append_only) - tables
        if unknown:
            raise LookupError(f"no such table: {', '.join(sorted(unknown))}")
        for statement in _statements(connection, role, tables, append_only):
            connection.exec_driver_sql(statement)


def may_change(engine: Engine, append_only: Collection[str]) -> list[str]:
    """Return the tables among these whose rows the engine's own role may change or remove."""
    if engine.dialect.name != "postgresql":
        return []
    asked = text("SELECT has_table_privilege(CAST(:table AS text), 'UPDATE, DELETE, TRUNCATE')")
    with engine.connect() as connection:
        return [table for table in append_only if connection.execute(asked, {"table": table}).scalar_one()]


def _statements(
    connection: Connection, role: str, tables: Collection[str], append_only: Collection[str]
) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    to = quote(role)
    database, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    yield f"GRANT CONNECT ON DATABASE {quote(database)} TO {to}"
    reached = text("SELECT has_schema_privilege(:role, :schema, 'USAGE')")
    # Who owns the tables need not own the schema; PUBLIC may use it wherever nobody took that away.
    if not connection.execute(reached, {"role": role, "schema": schema}).scalar_one():
        yield f"GRANT USAGE ON SCHEMA {quote(schema)} TO {to}"
    for table in sorted(tables):
        yield f"REVOKE ALL ON TABLE {quote(schema)}.{quote(table)} FROM {to}"
        yield f"GRANT {_rights(table, append_only)} ON TABLE {quote(schema)}.{quote(table)} TO {to}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {quote(schema)} TO {to}"
    # An extension's functions belong to whoever brought it, and are everybody's already.
    own = text(
        "SELECT CAST(p.oid AS regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE nspname = current_schema() AND proowner = CAST(current_user AS regrole)"
    )
    for function in connection.execute(own).scalars():
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {to}"


def _rights(table: str, append_only: Collection[str]) -> str:
    if table in _READ_ONLY:
        return "SELECT"
    return "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"
