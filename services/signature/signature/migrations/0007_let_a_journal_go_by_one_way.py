"""The one way for a journal to go: a function that asks for the tombstone, run with the rights of the tables' owner.

So the role that web and worker run as needs no right to delete a line. The tombstone must tell the very chain that
goes, and stays: nothing disappears without a trace of its head and length.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"


_BODY = (
    "DECLARE lines integer; BEGIN "
    "IF NOT EXISTS (SELECT 1 FROM tombstone WHERE ceremony_id = gone "
    "AND journal_length = (SELECT count(*) FROM journal WHERE ceremony_id = gone) "
    "AND journal_head = (SELECT hash FROM journal WHERE ceremony_id = gone ORDER BY position DESC LIMIT 1)) THEN "
    "RAISE EXCEPTION 'journal is append-only: no tombstone tells this chain'; END IF; "
    "DELETE FROM journal WHERE ceremony_id = gone; GET DIAGNOSTICS lines = ROW_COUNT; RETURN lines; END "
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    schema = connection.dialect.identifier_preparer.quote_identifier(
        connection.execute(text("SELECT current_schema()")).scalar_one()
    )
    # The path is fixed: what runs with an owner's rights must not find a caller's table of the same name first.
    op.execute(
        f"CREATE FUNCTION {schema}.purge_journal(gone text) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {schema}, pg_temp AS $$ " + _BODY + "$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {schema}.purge_journal(text) FROM PUBLIC")
