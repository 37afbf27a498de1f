"""Let the beginning of a name be a range of its index on PostgreSQL, whatever the database's language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("client_file", "search_name", type_=sa.String(170, collation="C"), existing_nullable=False)


def downgrade() -> None:
    raise NotImplementedError("a database is restored from its backup, not rolled back")
