"""Notifications' tables, and how the domain's classes lie in them.

Who is written to, and what, is closed with the field key; the log shows kinds, states, instants and codes in clear.
"""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.orm import registry, relationship

from notifications.domain.message import Attachment, Attempt, AttemptOutcome, Channel, Message, MessageState
from notifications.domain.people import Contact, ContractFile, Preference, QuoteFile
from plumbing.database import Encrypted, Instant, service_metadata

METADATA = service_metadata()


class Code(TypeDecorator[StrEnum]):
    """A StrEnum as its text."""

    impl = String(20)
    cache_ok = True

    def __init__(self, options: type[StrEnum]) -> None:
        super().__init__()
        self.options = options

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.options(value)


class ClosedTexts(TypeDecorator[list[str]]):
    """A short list of texts, closed as one."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        return orjson.dumps(value or []).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str]:
        texts: list[str] = orjson.loads(value)
        return texts


class Attachments(TypeDecorator[list[Attachment]]):
    """Document ids and the names readers see."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[Attachment] | None, dialect: Dialect) -> str:
        return orjson.dumps([asdict(attachment) for attachment in value or []]).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> list[Attachment]:
        return [Attachment(**entry) for entry in orjson.loads(value)]


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(40), nullable=False)


def _person(*, nullable: bool = False) -> list[Column[Any]]:
    return [
        Column("email", Encrypted, nullable=nullable),
        Column("civility", String(20), nullable=False),
        Column("first_name", Encrypted, nullable=False),
        Column("last_name", Encrypted, nullable=False),
    ]


MESSAGE = Table(
    "message",
    METADATA,
    _id(),
    _tenant(),
    Column("kind", String(60), nullable=False),
    Column("channel", Code(Channel), nullable=False),
    Column("recipient", Encrypted, nullable=False),
    Column("recipient_name", Encrypted, nullable=False),
    Column("copies", ClosedTexts, nullable=False),
    Column("subject", Encrypted, nullable=False),
    Column("text", Encrypted, nullable=False),
    Column("html", Encrypted, nullable=True),
    Column("secrets", ClosedTexts, nullable=False),
    Column("attachments", Attachments, nullable=False),
    Column("event_id", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True),
    Column("state", Code(MessageState), nullable=False),
    Column("closed_at", Instant, nullable=True),
    Column("provider", String(40), nullable=True),
    Column("provider_message_id", String(200), nullable=True),
    Column("failure", String(80), nullable=True),
    Column("version", Integer, nullable=False),
    Index("ix_message_tenant_state_id", "tenant", "state", "id"),
    Index("ix_message_state_expires_at", "state", "expires_at"),
    # The last resort against a second message for one event, whatever the inbox was told.
    Index("uq_message_event", "tenant", "event_id", "kind", "channel", unique=True),
)

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("message_id", String(36), ForeignKey("message.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _tenant(),
    Column("at", Instant, nullable=False),
    Column("provider", String(40), nullable=False),
    Column("outcome", Code(AttemptOutcome), nullable=False),
    Column("code", String(80), nullable=True),
)

CONTACT = Table(
    "contact",
    METADATA,
    Column("member_id", String(36), primary_key=True),
    _tenant(),
    *_person(),
    Column("mobile", Encrypted, nullable=True),
    Column("as_of", Instant, nullable=False),
)

PREFERENCE = Table(
    "preference",
    METADATA,
    Column("member_id", String(36), primary_key=True),
    _tenant(),
    Column("benefits_by_email", Boolean, nullable=False),
    Column("benefits_by_sms", Boolean, nullable=False),
)

QUOTE_FILE = Table(
    "quote_file",
    METADATA,
    Column("quote_id", String(36), primary_key=True),
    _tenant(),
    Column("number", String(40), nullable=False),
    Column("product_name", String(255), nullable=False),
    Column("formula", String(255), nullable=False),
    Column("broker_id", String(80), nullable=False),
    Column("broker_name", Encrypted, nullable=False),
    Column("broker_phone", Encrypted, nullable=False),
    Column("broker_email", Encrypted, nullable=False),
    *_person(),
    Column("expires_on", Date, nullable=False),
    Column("link_secret", Encrypted, nullable=True),
    Column("subscription_id", String(36), nullable=True),
    Column("papers", Attachments, nullable=False, server_default="[]"),
    Column("submitted", Boolean, nullable=False, server_default=false()),
    Index("ix_quote_file_tenant_subscription_id", "tenant", "subscription_id"),
)

CONTRACT_FILE = Table(
    "contract_file",
    METADATA,
    Column("contract_id", String(36), primary_key=True),
    _tenant(),
    Column("number", String(40), nullable=False),
    Column("product_name", String(255), nullable=False),
    Column("quote_id", String(36), nullable=True),
    Column("member_id", String(36), nullable=True),
    *_person(nullable=True),
    Column("as_of", Instant, nullable=True),
)


WEB_COPY = Table(
    "web_copy",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("message_id", String(36), nullable=False),
    Column("closed", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_web_copy_tenant_message_id", "tenant", "message_id"),
    Index("ix_web_copy_expires_at", "expires_at"),
)


@cache
def map_classes() -> None:
    """Tie the domain's classes to their tables, once a process."""
    mapper = registry(metadata=METADATA)
    mapper.map_imperatively(Attempt, ATTEMPT)
    mapper.map_imperatively(
        Message,
        MESSAGE,
        version_id_col=MESSAGE.c.version,
        properties={"attempts": relationship(Attempt, order_by=ATTEMPT.c.number, lazy="selectin")},
    )
    mapper.map_imperatively(Contact, CONTACT)
    mapper.map_imperatively(Preference, PREFERENCE)
    mapper.map_imperatively(QuoteFile, QUOTE_FILE)
    mapper.map_imperatively(ContractFile, CONTRACT_FILE)
