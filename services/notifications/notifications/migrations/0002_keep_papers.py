"""Keep which papers went with a quote: the confirmation of a membership sends them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("quote_file", sa.Column("papers", sa.Text, nullable=False, server_default="[]"))
