"""Create the tables of signature, and make its journal append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from plumbing.migrations import create_plumbing_tables

revision = "0001"
down_revision = None

ALIVE = "state IN ('open', 'code_sent', 'signed', 'sealed')"


def upgrade() -> None:
    create_plumbing_tables(op)
    op.create_table(
        "ceremony",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("product_name", sa.String(120), nullable=False),
        sa.Column("quote_number", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("document_statements", sa.Text, nullable=False),
        sa.Column("provider_statements", sa.Text, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(8), nullable=False),
        sa.Column("adviser", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("journal_head", sa.String(64), nullable=False),
        sa.Column("journal_length", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ceremony"),
    )
    op.create_index("ix_ceremony_tenant_subject", "ceremony", ["tenant", "subject"])
    op.create_index(
        "uq_ceremony_alive_subject",
        "ceremony",
        ["tenant", "subject"],
        unique=True,
        sqlite_where=sa.text(ALIVE),
        postgresql_where=sa.text(ALIVE),
    )
    op.create_table(
        "signer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("wrong_tries", sa.Integer, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_signer"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_signer_ceremony_id_ceremony"),
        sa.UniqueConstraint("ceremony_id", "rank", name="uq_signer_ceremony_id_rank"),
    )
    op.create_table(
        "acceptance",
        sa.Column("signer_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("accepted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("signer_id", "document_id", name="pk_acceptance"),
        sa.ForeignKeyConstraint(["signer_id"], ["signer.id"], name="fk_acceptance_signer_id_signer"),
    )
    op.create_table(
        "issued_code",
        sa.Column("signer_id", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("consumed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("signer_id", "sequence", name="pk_issued_code"),
        sa.ForeignKeyConstraint(["signer_id"], ["signer.id"], name="fk_issued_code_signer_id_signer"),
    )
    op.create_table(
        "journal",
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("happening", sa.String(40), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("ceremony_id", "position", name="pk_journal"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_journal_ceremony_id_ceremony"),
    )
    op.create_table(
        "staged_file",
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=True),
        sa.Column("stored_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("ceremony_id", "name", name="pk_staged_file"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_staged_file_ceremony_id_ceremony"),
    )
    op.create_table(
        "code_allowance",
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("window_start", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", "value", "window_start", name="pk_code_allowance"),
    )
    _make_append_only("journal")


def _make_append_only(table: str) -> None:
    """Have the database itself refuse to change or remove a row, whatever the code that asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_{table}()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
