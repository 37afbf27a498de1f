"""Let a broker search a large portfolio: by name, by status, by client."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_client_file_tenant_broker_id_search_name", "client_file")
    op.create_index(
        "ix_client_file_tenant_broker_id_search_name_id", "client_file", ["tenant", "broker_id", "search_name", "id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        # A trusted extension since PostgreSQL 13: the database's owner may add it.
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        "ix_client_file_search_name",
        "client_file",
        ["search_name"],
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.create_index("ix_quote_tenant_broker_id_status_id", "quote", ["tenant", "broker_id", "status", "id"])
    op.drop_index("ix_quote_client_id", "quote")
    op.create_index("ix_quote_client_id_id", "quote", ["client_id", "id"])
    op.create_index("ix_subscription_person_id", "subscription", ["person_id"])


def downgrade() -> None:
    raise NotImplementedError("a database is restored from its backup, not rolled back")
