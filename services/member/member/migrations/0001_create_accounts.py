"""Create member's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from plumbing.migrations import create_plumbing_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing_tables(op)
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("login_index", sa.String(64), nullable=True),
        sa.Column("member_number", sa.String(12), nullable=True),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("last_sign_in_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("member_number", name="uq_account_member_number"),
        sa.UniqueConstraint("tenant", "login_index", name="uq_account_tenant_login_index"),
    )
    op.create_index("ix_account_login_index", "account", ["login_index"])
    op.create_table(
        "attempt_counter",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "identifier", name="pk_attempt_counter"),
    )
    op.create_index("ix_attempt_counter_last_at", "attempt_counter", ["last_at"])
    op.create_table(
        "mutuelle",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("number", sa.String(4), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_mutuelle"),
        sa.UniqueConstraint("number", name="uq_mutuelle_number"),
    )
    op.create_table(
        "number_series",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "series", name="pk_number_series"),
    )
    op.create_table(
        "broker",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("company", sa.String(255), nullable=False),
        sa.Column("display_name", sa.String(255), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("orias", sa.String(20), nullable=True),
        sa.Column("habilitated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broker"),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name="fk_broker_id_account"),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("broker_id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("product_code", sa.String(60), nullable=False),
        sa.Column("product_name", sa.String(255), nullable=False),
        sa.Column("formula", sa.String(60), nullable=False),
        sa.Column("formula_level", sa.String(20), nullable=False),
        sa.Column("with_option", sa.Boolean(), nullable=False),
        sa.Column("regime", sa.String(60), nullable=False),
        sa.Column("monthly", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("debit_day", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.ForeignKeyConstraint(["member_id"], ["account.id"], name="fk_contract_member_id_account"),
        sa.UniqueConstraint("tenant", "number", name="uq_contract_tenant_number"),
    )
    op.create_index("ix_contract_member_id", "contract", ["member_id"])
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_one_time_link_account_id_account"),
        sa.UniqueConstraint("secret_hash", name="uq_one_time_link_secret_hash"),
    )
    op.create_index("ix_one_time_link_account_id", "one_time_link", ["account_id"])
    op.create_index("ix_one_time_link_expires_at", "one_time_link", ["expires_at"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("civility", sa.String(20), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("birth_name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_extra", sa.Text(), nullable=True),
        sa.Column("postcode", sa.String(10), nullable=True),
        sa.Column("town", sa.String(255), nullable=True),
        sa.Column("country", sa.String(100), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name="fk_person_id_account"),
    )
    op.create_table(
        "preferences",
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("benefits_by_email", sa.Boolean(), nullable=False),
        sa.Column("benefits_by_sms", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_preferences"),
        sa.ForeignKeyConstraint(["member_id"], ["account.id"], name="fk_preferences_member_id_account"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_session_account_id_account"),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_index("ix_session_ends_at", "session", ["ends_at"])
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("signature_mode", sa.String(20), nullable=True),
        sa.Column("teletransmission", sa.Boolean(), nullable=True),
        sa.Column("marketing_objection", sa.Boolean(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.ForeignKeyConstraint(["member_id"], ["account.id"], name="fk_subscription_member_id_account"),
    )
    op.create_index("ix_subscription_member_id", "subscription", ["member_id"])
    op.create_table(
        "bank_account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("contract_id", sa.String(36), nullable=False),
        sa.Column("use", sa.String(40), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bank_account"),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_bank_account_contract_id_contract"),
        sa.UniqueConstraint("contract_id", "use", name="uq_bank_account_contract_id_use"),
    )
    op.create_index("ix_bank_account_contract_id", "bank_account", ["contract_id"])
    op.create_table(
        "beneficiary",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("contract_id", sa.String(36), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("civility", sa.String(20), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("nir", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiary"),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_beneficiary_contract_id_contract"),
    )
    op.create_index("ix_beneficiary_contract_id", "beneficiary", ["contract_id"])
    op.create_table(
        "mandate",
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("rum", sa.String(35), nullable=False),
        sa.Column("contract_id", sa.String(36), nullable=False),
        sa.Column("ics", sa.String(35), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "rum", name="pk_mandate"),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_mandate_contract_id_contract"),
    )
    op.create_index("ix_mandate_contract_id", "mandate", ["contract_id"])
    op.create_table(
        "refresh_token",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_refresh_token"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_refresh_token_session_id_session"),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")
