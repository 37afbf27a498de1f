"""Mark the quotes that were submitted: their clients come back by the link after the quote's last day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("quote_file", sa.Column("submitted", sa.Boolean, nullable=False, server_default=sa.false()))
