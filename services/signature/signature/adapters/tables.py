"""Signature's tables, and how the domain's classes lie in them.

Who signs and who advises, what the journal tells and the sealed files are closed with the field key. A code is there as
a keyed print alone, under a key that is not in the database.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry

from plumbing.database import Encrypted, Instant, service_metadata
from signature.adapters.columns import ClosedBytes, ClosedFacts, ClosedValue, Code, Readings, Values
from signature.domain.consents import Statement
from signature.domain.dual_control import Act, ActRequest, RequestState
from signature.domain.journal import Happening
from signature.domain.manifest import EnvelopeDocument
from signature.domain.retention import LegalHold, Tombstone
from signature.domain.sealing import Level, StagedFile
from signature.domain.signer import Adviser, Identity
from signature.domain.state import State
from signature.domain.verification import SealRecord

METADATA: MetaData = service_metadata()

ALIVE = "state IN ('open', 'code_sent', 'blocked', 'signed', 'sealed')"


def _tenant() -> Column[str]:
    return Column("tenant", String(40), nullable=False)


def _ceremony_id(**options: Any) -> Column[str]:
    return Column("ceremony_id", String(36), ForeignKey("ceremony.id"), nullable=False, **options)


def _signer_id() -> Column[str]:
    return Column("signer_id", String(36), ForeignKey("signer.id"), primary_key=True)


APPEND_ONLY = ("journal", "tombstone", "seal_record")
"""What is only ever added and read: where the tables have an owner of their own, nobody else may change a row."""

CEREMONY = Table(
    "ceremony",
    METADATA,
    Column("id", String(36), primary_key=True),
    _tenant(),
    Column("subject", String(80), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("quote_number", String(40), nullable=False),
    Column("state", Code(State), nullable=False),
    Column("documents", Values(EnvelopeDocument), nullable=False),
    Column("document_statements", Values(Statement), nullable=False),
    Column("provider_statements", Values(Statement), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("reference", String(8), nullable=False),
    Column("adviser", ClosedValue(Adviser), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("member_id", String(36), nullable=True),
    Column("journal_head", String(64), nullable=False),
    Column("journal_length", Integer, nullable=False),
    Index("ix_ceremony_tenant_subject", "tenant", "subject"),
    # One ceremony at a time for one thing to sign; a refused, failed or expired one makes room for another.
    Index(
        "uq_ceremony_alive_subject",
        "tenant",
        "subject",
        unique=True,
        sqlite_where=text(ALIVE),
        postgresql_where=text(ALIVE),
    ),
)

SIGNER = Table(
    "signer",
    METADATA,
    Column("id", String(36), primary_key=True),
    _tenant(),
    _ceremony_id(),
    Column("rank", Integer, nullable=False),
    Column("identity", ClosedValue(Identity), nullable=False),
    Column("wrong_tries", Integer, nullable=False),
    Column("codes_before_round", Integer, nullable=False, server_default="0"),
    Column("reliefs", Integer, nullable=False, server_default="0"),
    Column("signed_at", Instant, nullable=True),
    # In his own row and not in one a page: what a code is checked against is read in three statements.
    Column("readings", Readings, nullable=False, server_default="[]"),
    UniqueConstraint("ceremony_id", "rank"),
)

ISSUED_CODE = Table(
    "issued_code",
    METADATA,
    _signer_id(),
    Column("sequence", Integer, primary_key=True),
    _tenant(),
    Column("digest", String(64), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("consumed_at", Instant, nullable=True),
    Column("session", String(64), nullable=False, server_default=""),
    # What the share of codes that come back is read from, at each scrape.
    Index("ix_issued_code_sent_at", "sent_at"),
)

JOURNAL = Table(
    "journal",
    METADATA,
    _ceremony_id(primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _tenant(),
    Column("at", Instant, nullable=False),
    Column("happening", Code(Happening), nullable=False),
    Column("facts", ClosedFacts, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

STAGED_FILE = Table(
    "staged_file",
    METADATA,
    _ceremony_id(primary_key=True),
    Column("name", String(36), primary_key=True),
    _tenant(),
    Column("level", Code(Level), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", ClosedBytes, nullable=True),
    Column("stored_id", String(36), nullable=True),
)

ACT_REQUEST = Table(
    "act_request",
    METADATA,
    Column("id", String(36), primary_key=True),
    _tenant(),
    _ceremony_id(index=True),
    Column("reference", String(8), nullable=False),
    Column("act", Code(Act), nullable=False),
    Column("reason", Encrypted, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", Code(RequestState), nullable=False),
    Column("decided_by", String(80), nullable=True),
    Column("decided_at", Instant, nullable=True),
)

LEGAL_HOLD = Table(
    "legal_hold",
    METADATA,
    _ceremony_id(primary_key=True),
    _tenant(),
    Column("reason", Encrypted, nullable=False),
    Column("held_by", String(80), nullable=False),
    Column("held_at", Instant, nullable=False),
)

TOMBSTONE = Table(
    "tombstone",
    METADATA,
    Column("ceremony_id", String(36), primary_key=True),
    _tenant(),
    Column("state", Code(State), nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("journal_head", String(64), nullable=False),
    Column("journal_length", Integer, nullable=False),
    Column("purged_at", Instant, nullable=False),
)

# What is left of a sealed file when everything else is gone, and what strangers ask for: nothing personal in it.
SEAL_RECORD = Table(
    "seal_record",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    _tenant(),
    Column("ceremony_id", String(36), nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("title", String(200), nullable=False),
    Column("reference", String(8), nullable=False),
    Column("level", Code(Level), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("sealed_at", Instant, nullable=False),
)

REVOCATION_LIST = Table(
    "revocation_list",
    METADATA,
    Column("url", String(500), primary_key=True),
    Column("der", LargeBinary, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)

CODE_ALLOWANCE = Table(
    "code_allowance",
    METADATA,
    Column("scope", String(20), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("window_start", Instant, primary_key=True),
    Column("count", Integer, nullable=False),
)


@cache
def map_classes() -> None:
    """Map the domain's dataclasses onto the tables, once a process."""
    mapper = registry(metadata=METADATA)
    mapper.map_imperatively(StagedFile, STAGED_FILE)
    mapper.map_imperatively(SealRecord, SEAL_RECORD)
    mapper.map_imperatively(ActRequest, ACT_REQUEST)
    mapper.map_imperatively(LegalHold, LEGAL_HOLD)
    mapper.map_imperatively(Tombstone, TOMBSTONE)
