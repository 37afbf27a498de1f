"""Create messages, their delivery log, and what is remembered of people and files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from plumbing.migrations import create_plumbing_tables

revision = "0001"
down_revision = None


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.String(40), nullable=False)


def _person(*, email_known: bool = True) -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("email", sa.Text, nullable=not email_known),
        sa.Column("civility", sa.String(20), nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
    )


def upgrade() -> None:
    create_plumbing_tables(op)
    _create_messages()
    _create_people()
    _create_files()


def _create_messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.String(36), primary_key=True),
        _tenant(),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("recipient_name", sa.Text, nullable=False),
        sa.Column("copies", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text),
        sa.Column("secrets", sa.Text, nullable=False),
        sa.Column("attachments", sa.Text, nullable=False),
        sa.Column("event_id", sa.String(80), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("provider", sa.String(40)),
        sa.Column("provider_message_id", sa.String(200)),
        sa.Column("failure", sa.String(80)),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_message_tenant_state_id", "message", ["tenant", "state", "id"])
    op.create_index("ix_message_state_expires_at", "message", ["state", "expires_at"])
    op.create_index("uq_message_event", "message", ["tenant", "event_id", "kind", "channel"], unique=True)
    op.create_table(
        "attempt",
        sa.Column("message_id", sa.String(36), sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _tenant(),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("code", sa.String(80)),
    )


def _create_people() -> None:
    op.create_table(
        "contact",
        sa.Column("member_id", sa.String(36), primary_key=True),
        _tenant(),
        *_person(),
        sa.Column("mobile", sa.Text),
        sa.Column("as_of", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "preference",
        sa.Column("member_id", sa.String(36), primary_key=True),
        _tenant(),
        sa.Column("benefits_by_email", sa.Boolean, nullable=False),
        sa.Column("benefits_by_sms", sa.Boolean, nullable=False),
    )


def _create_files() -> None:
    op.create_table(
        "quote_file",
        sa.Column("quote_id", sa.String(36), primary_key=True),
        _tenant(),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("product_name", sa.String(255), nullable=False),
        sa.Column("formula", sa.String(255), nullable=False),
        sa.Column("broker_id", sa.String(80), nullable=False),
        sa.Column("broker_name", sa.Text, nullable=False),
        sa.Column("broker_phone", sa.Text, nullable=False),
        sa.Column("broker_email", sa.Text, nullable=False),
        *_person(),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("link_secret", sa.Text),
        sa.Column("subscription_id", sa.String(36)),
    )
    op.create_index("ix_quote_file_tenant_subscription_id", "quote_file", ["tenant", "subscription_id"])
    op.create_table(
        "contract_file",
        sa.Column("contract_id", sa.String(36), primary_key=True),
        _tenant(),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("product_name", sa.String(255), nullable=False),
        sa.Column("quote_id", sa.String(36)),
        sa.Column("member_id", sa.String(36)),
        *_person(email_known=False),
        sa.Column("as_of", sa.BigInteger),
    )
