"""Keep whose client holds a contract, for the broker who reads his claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("contract", sa.Column("broker_id", sa.String(36), nullable=True))
    op.create_index("ix_claim_contract_id_id", "claim", ["contract_id", "id"])
