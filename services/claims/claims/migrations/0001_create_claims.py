"""Create claims, statements, benefits and the read models they stand on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from plumbing.migrations import create_plumbing_tables

revision = "0001"
down_revision = None


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.String(40), nullable=False)


def upgrade() -> None:
    create_plumbing_tables(op)
    _create_contracts()
    _create_claims()
    _create_money()
    op.create_table(
        "received_document",
        _id(),
        _tenant(),
        sa.Column("claim_id", sa.String(36), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_received_document_claim_id", "received_document", ["claim_id"])
    op.create_table(
        "number_series",
        sa.Column("tenant", sa.String(40), primary_key=True),
        sa.Column("series", sa.String(40), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )


def _create_contracts() -> None:
    op.create_table(
        "contract",
        _id(),
        _tenant(),
        sa.Column("member_id", sa.String(36)),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("product_code", sa.String(60)),
        sa.Column("product_name", sa.String(255)),
        sa.Column("formula", sa.String(255)),
        sa.Column("formula_level", sa.String(60)),
        sa.Column("regime", sa.String(60)),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("benefit_iban", sa.Text),
        sa.Column("account_holder", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_contract_tenant_member_id", "contract", ["tenant", "member_id"])
    op.create_table(
        "beneficiary",
        _id(),
        _tenant(),
        sa.Column("contract_id", sa.String(36), sa.ForeignKey("contract.id"), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Text, nullable=False),
    )
    op.create_index("ix_beneficiary_contract_id", "beneficiary", ["contract_id"])


def _create_claims() -> None:
    op.create_table(
        "claim",
        _id(),
        _tenant(),
        sa.Column("contract_id", sa.String(36), sa.ForeignKey("contract.id"), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("beneficiary_id", sa.String(36), sa.ForeignKey("beneficiary.id"), nullable=False),
        sa.Column("care_date", sa.Date, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("message", sa.Text),
        sa.Column("document_ids", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.BigInteger),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("refusal_reason", sa.Text),
        sa.Column("amount", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_claim_tenant_member_id_id", "claim", ["tenant", "member_id", "id"])
    op.create_index("ix_claim_tenant_state_id", "claim", ["tenant", "state", "id"])
    op.create_index("uq_claim_tenant_number", "claim", ["tenant", "number"], unique=True)


def _create_money() -> None:
    amounts = ("expense", "scheme_base", "scheme_amount", "mutual_amount", "other_insurers", "out_of_pocket", "forfait")
    op.create_table(
        "statement_line",
        _id(),
        _tenant(),
        sa.Column("claim_id", sa.String(36), sa.ForeignKey("claim.id"), nullable=False),
        sa.Column("beneficiary_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("charge", sa.String(40)),
        sa.Column("care_date", sa.Date, nullable=False),
        sa.Column("care_path", sa.String(60), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in amounts),
        sa.Column("scheme_rate", sa.Integer, nullable=False),
        sa.Column("mutual_rate", sa.Integer, nullable=False),
        sa.Column("refusal", sa.String(40)),
    )
    op.create_index("ix_statement_line_claim_id", "statement_line", ["claim_id"])
    op.create_index(
        "ix_statement_line_tenant_beneficiary_id_category",
        "statement_line",
        ["tenant", "beneficiary_id", "category", "care_date"],
    )
    op.create_table(
        "benefit",
        _id(),
        _tenant(),
        sa.Column("claim_id", sa.String(36), sa.ForeignKey("claim.id"), nullable=False),
        sa.Column("order_reference", sa.String(11), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("iban", sa.Text, nullable=False),
        sa.Column("account_holder", sa.Text, nullable=False),
        sa.Column("recipient", sa.String(20), nullable=False),
        sa.Column("ordered_at", sa.BigInteger, nullable=False),
        sa.Column("ordered_by", sa.String(80), nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("provider_reference", sa.String(80)),
    )
    op.create_index("uq_benefit_claim_id", "benefit", ["claim_id"], unique=True)
    op.create_index("uq_benefit_tenant_order_reference", "benefit", ["tenant", "order_reference"], unique=True)
