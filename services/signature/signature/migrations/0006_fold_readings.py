"""Keep how far a signer is with each document in his own row; the journal has every page and its time."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("signer", sa.Column("readings", sa.Text, nullable=False, server_default="[]"))
    connection = op.get_bind()
    found: dict[str, dict[str, list[object]]] = {}
    pages = sa.text("SELECT signer_id, document_id, count(*) FROM page_view GROUP BY signer_id, document_id")
    for signer_id, document_id, count in connection.execute(pages):
        found.setdefault(signer_id, {})[document_id] = [document_id, count, None]
    accepted = sa.text("SELECT signer_id, document_id, accepted_at FROM acceptance ORDER BY accepted_at")
    for signer_id, document_id, accepted_at in connection.execute(accepted):
        found.setdefault(signer_id, {}).setdefault(document_id, [document_id, 0, None])[2] = accepted_at
    update = sa.text("UPDATE signer SET readings = :readings WHERE id = :id")
    for signer_id, readings in found.items():
        connection.execute(update, {"id": signer_id, "readings": json.dumps(list(readings.values()))})
    op.drop_table("page_view")
    op.drop_table("acceptance")
