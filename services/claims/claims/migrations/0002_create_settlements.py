"""Create the settlements that partners tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("partner", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("contract_id", sa.String(36), sa.ForeignKey("contract.id"), nullable=False),
        sa.Column("claim_id", sa.String(36), sa.ForeignKey("claim.id")),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("settled_on", sa.Date, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "uq_settlement_tenant_partner_reference", "settlement", ["tenant", "partner", "reference"], unique=True
    )
    op.create_index("ix_settlement_tenant_id", "settlement", ["tenant", "id"])
    op.create_index("ix_settlement_contract_id", "settlement", ["contract_id"])
    op.create_index("ix_settlement_claim_id", "settlement", ["claim_id"])
