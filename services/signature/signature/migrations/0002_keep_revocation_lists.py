"""Keep the revocation lists that seals are proven with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "revocation_list",
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_revocation_list"),
    )
