"""Keep what mails said, closed under the keys in their own links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "web_copy",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("closed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_copy"),
    )
    op.create_index("ix_web_copy_tenant_message_id", "web_copy", ["tenant", "message_id"])
    op.create_index("ix_web_copy_expires_at", "web_copy", ["expires_at"])
