"""Keep the pages handed out, several signers with their rounds of codes, and the session that a code is good for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ALIVE = "state IN ('open', 'code_sent', 'blocked', 'signed', 'sealed')"


def upgrade() -> None:
    op.create_table(
        "page_view",
        sa.Column("signer_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("page", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("viewed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("signer_id", "document_id", "page", name="pk_page_view"),
        sa.ForeignKeyConstraint(["signer_id"], ["signer.id"], name="fk_page_view_signer_id_signer"),
    )
    op.add_column("ceremony", sa.Column("member_id", sa.String(36), nullable=True))
    op.add_column("signer", sa.Column("codes_before_round", sa.Integer, nullable=False, server_default="0"))
    op.add_column("signer", sa.Column("reliefs", sa.Integer, nullable=False, server_default="0"))
    # A code sent before this is good for no session: it lives five minutes, and another may be asked for.
    op.add_column("issued_code", sa.Column("session", sa.String(64), nullable=False, server_default=""))
    op.create_index("ix_issued_code_sent_at", "issued_code", ["sent_at"])
    op.drop_index("uq_ceremony_alive_subject", "ceremony")
    op.create_index(
        "uq_ceremony_alive_subject",
        "ceremony",
        ["tenant", "subject"],
        unique=True,
        sqlite_where=sa.text(ALIVE),
        postgresql_where=sa.text(ALIVE),
    )
