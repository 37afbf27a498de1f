"""Keep who subscribed beside a client, and what he attested."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("assistance", sa.Text(), nullable=True))
    op.create_table(
        "attestation",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("attested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "session", name="pk_attestation"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["quote.subscription_id"], name="fk_attestation_subscription_id_quote"
        ),
    )
