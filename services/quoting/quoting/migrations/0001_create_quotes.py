"""Create quoting's tables."""

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
        "broker",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("company", sa.String(255), nullable=False),
        sa.Column("display_name", sa.String(255), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("orias", sa.String(20), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_broker"),
    )
    op.create_table(
        "client_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("identity_index", sa.String(64), nullable=False),
        sa.Column("civility", sa.String(20), nullable=False),
        sa.Column("last_name", sa.String(80), nullable=False),
        sa.Column("first_name", sa.String(80), nullable=False),
        sa.Column("search_name", sa.String(170), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client_file"),
        sa.UniqueConstraint(
            "tenant", "broker_id", "identity_index", name="uq_client_file_tenant_broker_id_identity_index"
        ),
    )
    op.create_index(
        "ix_client_file_tenant_broker_id_search_name", "client_file", ["tenant", "broker_id", "search_name"]
    )
    op.create_table(
        "number_sequence",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("prefix", sa.String(10), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "kind", "prefix", name="pk_number_sequence"),
    )
    op.create_table(
        "product_paper",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("product", sa.String(60), nullable=False),
        sa.Column("formula", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("content_version", sa.String(64), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "product", "formula", "kind", "content_version", name="pk_product_paper"),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("product_code", sa.String(60), nullable=False),
        sa.Column("product_name", sa.String(120), nullable=False),
        sa.Column("formula", sa.String(20), nullable=False),
        sa.Column("formula_label", sa.String(120), nullable=False),
        sa.Column("with_option", sa.Boolean(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("monthly", sa.BigInteger(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.String(36), nullable=True),
        sa.Column("document_sha256", sa.String(64), nullable=True),
        sa.Column("link_hash", sa.String(64), nullable=True),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quote"),
        sa.ForeignKeyConstraint(["client_id"], ["client_file.id"], name="fk_quote_client_id_client_file"),
        sa.UniqueConstraint("link_hash", name="uq_quote_link_hash"),
        sa.UniqueConstraint("subscription_id", name="uq_quote_subscription_id"),
        sa.UniqueConstraint("tenant", "number", "version", name="uq_quote_tenant_number_version"),
    )
    op.create_index("ix_quote_client_id", "quote", ["client_id"])
    op.create_index("ix_quote_tenant_broker_id_id", "quote", ["tenant", "broker_id", "id"])
    op.create_index("ix_quote_tenant_status_expires_on", "quote", ["tenant", "status", "expires_on"])
    op.create_table(
        "early_piece",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "subscription_id", "document_id", name="pk_early_piece"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["quote.subscription_id"], name="fk_early_piece_subscription_id_quote"
        ),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("quote_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("beneficiaries", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("signature_mode", sa.String(40), nullable=False),
        sa.Column("tns_declared", sa.Boolean(), nullable=False),
        sa.Column("teletransmission", sa.Boolean(), nullable=False),
        sa.Column("marketing_objection", sa.Boolean(), nullable=False),
        sa.Column("documents_read", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(40), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("sealed_papers", sa.Text(), nullable=False),
        sa.Column("evidence_document_id", sa.String(36), nullable=True),
        sa.Column("ceremony_id", sa.String(36), nullable=True),
        sa.Column("signature_reference", sa.String(40), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("sealed_at", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_subscription_quote_id_quote"),
        sa.UniqueConstraint("quote_id", name="uq_subscription_quote_id"),
    )
    op.create_table(
        "membership_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("quote_id", sa.String(36), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("pieces", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("transmitted_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(36), nullable=True),
        sa.Column("missing_at_creation", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.String(36), nullable=True),
        sa.Column("contract_number", sa.String(20), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("member_id", sa.String(36), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_membership_file"),
        sa.UniqueConstraint("contract_id", name="uq_membership_file_contract_id"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_membership_file_quote_id_quote"),
        sa.UniqueConstraint("subscription_id", name="uq_membership_file_subscription_id"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_membership_file_subscription_id_subscription"
        ),
        sa.UniqueConstraint("tenant", "contract_number", name="uq_membership_file_tenant_contract_number"),
    )
    op.create_index("ix_membership_file_tenant_status_id", "membership_file", ["tenant", "status", "id"])


def downgrade() -> None:
    raise NotImplementedError("a database is restored from its backup, not rolled back")
