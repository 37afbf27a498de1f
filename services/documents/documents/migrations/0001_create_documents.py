"""Create the tables of documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from plumbing.migrations import create_plumbing_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing_tables(op)
    op.create_table(
        "document",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256_received", sa.String(64), nullable=False),
        sa.Column("sha256_stored", sa.String(64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("scan", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_tenant_subject_id", "document", ["tenant", "subject", "id"])
    op.create_index("ix_document_tenant_owner_id", "document", ["tenant", "owner", "id"])
    op.create_table(
        "document_reader",
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("reader", sa.String(100), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "reader", name="pk_document_reader"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_reader_document_id_document"),
    )
    op.create_index("ix_document_reader_tenant_reader", "document_reader", ["tenant", "reader"])
    op.create_table(
        "subject_reader",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("reader", sa.String(100), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "subject", "reader", name="pk_subject_reader"),
    )
    op.create_index("ix_subject_reader_tenant_reader", "subject_reader", ["tenant", "reader"])
    op.create_table(
        "document_reading",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_reading"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_reading_document_id_document"),
    )
    op.create_index("ix_document_reading_document_id_actor", "document_reading", ["document_id", "actor"])
    op.create_table(
        "sending",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sending"),
    )
    op.create_index(
        "uq_sending_open",
        "sending",
        ["tenant", "subject", "owner"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
