"""Create the broker's agenda."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("quote_id", sa.String(36), nullable=False),
        sa.Column("happening", sa.String(40), nullable=False),
        sa.Column("product_name", sa.String(120), nullable=False),
        sa.Column("formula_label", sa.String(120), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("domain", sa.String(60), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_event"),
        sa.ForeignKeyConstraint(["client_id"], ["client_file.id"], name="fk_agenda_event_client_id_client_file"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_agenda_event_quote_id_quote"),
    )
    is_open = sa.text("closed_at IS NULL")
    opened_once = sa.text("happening = 'quote_opened'")
    op.create_index("ix_agenda_event_tenant_broker_id_id", "agenda_event", ["tenant", "broker_id", "id"])
    op.create_index(
        "ix_agenda_event_open",
        "agenda_event",
        ["tenant", "broker_id", "id"],
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
    op.create_index("ix_agenda_event_client_id", "agenda_event", ["client_id"])
    op.create_index("ix_agenda_event_quote_id", "agenda_event", ["quote_id"])
    op.create_index(
        "uq_agenda_event_opened",
        "agenda_event",
        ["quote_id"],
        unique=True,
        postgresql_where=opened_once,
        sqlite_where=opened_once,
    )


def downgrade() -> None:
    raise NotImplementedError("a database is restored from its backup, not rolled back")
