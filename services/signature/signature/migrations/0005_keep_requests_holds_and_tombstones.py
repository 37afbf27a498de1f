"""Keep what managers ask for, legal holds and what is left of a purged ceremony; without that no journal goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "act_request",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("reference", sa.String(8), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_act_request"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_act_request_ceremony_id_ceremony"),
    )
    op.create_index("ix_act_request_ceremony_id", "act_request", ["ceremony_id"])
    op.create_table(
        "legal_hold",
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("held_by", sa.String(80), nullable=False),
        sa.Column("held_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("ceremony_id", name="pk_legal_hold"),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremony.id"], name="fk_legal_hold_ceremony_id_ceremony"),
    )
    op.create_table(
        "tombstone",
        sa.Column("ceremony_id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("journal_head", sa.String(64), nullable=False),
        sa.Column("journal_length", sa.Integer, nullable=False),
        sa.Column("purged_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("ceremony_id", name="pk_tombstone"),
    )
    # The print of what was released outlives the ceremony.
    with op.batch_alter_table("seal_record") as seal_record:
        seal_record.drop_constraint("fk_seal_record_ceremony_id_ceremony", type_="foreignkey")
    _let_go_with_a_tombstone()


def _let_go_with_a_tombstone() -> None:
    """A line of the journal is deleted only when its ceremony has a tombstone, and a tombstone never is."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER journal_append_only ON journal")
        op.execute(
            "CREATE TRIGGER journal_append_only BEFORE UPDATE OR TRUNCATE ON journal "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_journal()"
        )
        op.execute(
            "CREATE FUNCTION refuse_deletion_of_journal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NOT EXISTS (SELECT 1 FROM tombstone WHERE ceremony_id = OLD.ceremony_id) THEN "
            "RAISE EXCEPTION 'journal is append-only'; END IF; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER journal_kept BEFORE DELETE ON journal "
            "FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_journal()"
        )
        op.execute(
            "CREATE FUNCTION refuse_change_of_tombstone() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'tombstone is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER tombstone_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tombstone "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_tombstone()"
        )
        return
    op.execute("DROP TRIGGER journal_no_delete")
    op.execute(
        "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal "
        "WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE ceremony_id = OLD.ceremony_id) "
        "BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END"
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER tombstone_no_{change.lower()} BEFORE {change} ON tombstone "
            "BEGIN SELECT RAISE(ABORT, 'tombstone is append-only'); END"
        )
