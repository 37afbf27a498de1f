"""The tables of documents, and how the domain's classes lie in them. There is no personal fact in them but a title."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import registry

from documents.domain.document import Document, DocumentState, Scan
from documents.domain.reading import Reading
from documents.domain.sending import Sending
from plumbing.database import Encrypted, Instant, service_metadata


class Code(TypeDecorator[StrEnum]):
    """A StrEnum as its text."""

    impl = String(20)
    cache_ok = True

    def __init__(self, options: type[StrEnum]) -> None:
        super().__init__()
        self.options = options

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.options(value)


METADATA = service_metadata()

DOCUMENT = Table(
    "document",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("owner", String(100), nullable=False),
    # People name their files after themselves.
    Column("title", Encrypted, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256_received", String(64), nullable=False),
    Column("sha256_stored", String(64), nullable=False),
    Column("pages", Integer, nullable=True),
    Column("scan", Code(Scan), nullable=False),
    Column("state", Code(DocumentState), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_document_tenant_subject_id", "tenant", "subject", "id"),
    Index("ix_document_tenant_owner_id", "tenant", "owner", "id"),
)

DOCUMENT_READER = Table(
    "document_reader",
    METADATA,
    Column("document_id", String(36), ForeignKey("document.id"), primary_key=True),
    Column("reader", String(100), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Index("ix_document_reader_tenant_reader", "tenant", "reader"),
)

SUBJECT_READER = Table(
    "subject_reader",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("subject", String(100), primary_key=True),
    Column("reader", String(100), primary_key=True),
    Column("attached_at", Instant, nullable=False),
    Index("ix_subject_reader_tenant_reader", "tenant", "reader"),
)

DOCUMENT_READING = Table(
    "document_reading",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("document_id", String(36), ForeignKey("document.id"), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Index("ix_document_reading_document_id_actor", "document_id", "actor"),
)

SENDING = Table(
    "sending",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("closed_at", Instant, nullable=True),
    # One open sending at a time: two first files that arrive together must not open two.
    Index(
        "uq_sending_open",
        "tenant",
        "subject",
        "owner",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)


@cache
def map_classes() -> registry:
    """Lay the domain's classes over the tables, once a process."""
    mappers = registry(metadata=METADATA)
    mappers.map_imperatively(Document, DOCUMENT, version_id_col=DOCUMENT.c.version)
    mappers.map_imperatively(Reading, DOCUMENT_READING)
    mappers.map_imperatively(Sending, SENDING)
    return mappers
