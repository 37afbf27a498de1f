"""Keep the print of each sealed file that was released, for whoever asks whether his is one of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "seal_record",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(8), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_seal_record"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_seal_record_ceremony_id_ceremony"),
    )
    op.create_index("ix_seal_record_ceremony_id", "seal_record", ["ceremony_id"])
