"""Quoting's tables, and how the domain's classes lie in them.

Names are in clear where a broker searches by them; birth dates, whom a quote was priced for, addresses, e-mails,
telephones, social-security numbers, IBANs and what people wrote in their own words are closed with the field key.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry

from plumbing.database import Cents, Encrypted, Instant, service_metadata
from quoting.adapters.columns import ClosedValue, Code, Value
from quoting.domain.agenda import AgendaEvent, Happening
from quoting.domain.membership_file import FileStatus, MembershipFile
from quoting.domain.needs import Needs
from quoting.domain.people import ClientFile, Identity
from quoting.domain.pieces import Piece
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import Advice, Price, Profile, Quote, QuoteStatus
from quoting.domain.subscription import (
    Assistance,
    Beneficiary,
    Mandate,
    Paper,
    Payment,
    ReadDocument,
    SealedPaper,
    SignatureMode,
    SignatureState,
    Subscription,
)

METADATA: MetaData = service_metadata()


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(40), nullable=False)


def _revision() -> Column[int]:
    return Column("revision", Integer, nullable=False)


CLIENT_FILE = Table(
    "client_file",
    METADATA,
    _id(),
    _tenant(),
    Column("broker_id", String(36), nullable=False),
    Column("identity_index", String(64), nullable=False),
    Column("civility", String(20), nullable=False),
    Column("last_name", String(80), nullable=False),
    Column("first_name", String(80), nullable=False),
    # Byte by byte, so that the beginning of a name is a range of the index, whatever the database's language.
    Column("search_name", String(170).with_variant(String(170, collation="C"), "postgresql"), nullable=False),
    Column("birth_date", ClosedValue(date), nullable=False),
    Column("email", Encrypted, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant", "broker_id", "identity_index"),
    Index("ix_client_file_tenant_broker_id_search_name_id", "tenant", "broker_id", "search_name", "id"),
    # By trigrams: letters in the middle of a name are found among hundreds of thousands. SQLite has a plain index.
    Index(
        "ix_client_file_search_name",
        "search_name",
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    ),
)

QUOTE = Table(
    "quote",
    METADATA,
    _id(),
    _tenant(),
    Column("number", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Code(QuoteStatus), nullable=False),
    Column("broker_id", String(36), nullable=False),
    Column("client_id", String(36), ForeignKey("client_file.id"), nullable=False),
    Column("subscription_id", String(36), nullable=False, unique=True),
    Column("product_code", String(60), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("formula", String(20), nullable=False),
    Column("formula_label", String(120), nullable=False),
    Column("with_option", Boolean, nullable=False),
    Column("effective_date", Date, nullable=False),
    Column("monthly", Cents, nullable=False),
    Column("needs", Value(Needs), nullable=False),
    Column("profile", ClosedValue(Profile), nullable=False),
    Column("client", ClosedValue(Identity), nullable=False),
    Column("price", Value(Price), nullable=False),
    Column("advice", ClosedValue(Advice), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_on", Date, nullable=False),
    Column("issued_at", Instant, nullable=True),
    Column("expires_on", Date, nullable=True),
    Column("document_id", String(36), nullable=True),
    Column("document_sha256", String(64), nullable=True),
    Column("link_hash", String(64), nullable=True, unique=True),
    Column("documents", Value(tuple[ProductPaper, ...]), nullable=False),
    _revision(),
    UniqueConstraint("tenant", "number", "version"),
    Index("ix_quote_tenant_broker_id_id", "tenant", "broker_id", "id"),
    Index("ix_quote_tenant_status_expires_on", "tenant", "status", "expires_on"),
    Index("ix_quote_tenant_broker_id_status_id", "tenant", "broker_id", "status", "id"),
    Index("ix_quote_client_id_id", "client_id", "id"),
)

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    _id(),
    _tenant(),
    Column("quote_id", String(36), ForeignKey("quote.id"), nullable=False, unique=True),
    Column("person_id", String(36), nullable=False),
    Column("broker_id", String(36), nullable=False),
    Column("identity", ClosedValue(Identity), nullable=False),
    Column("beneficiaries", ClosedValue(tuple[Beneficiary, ...]), nullable=False),
    Column("payment", ClosedValue(Payment), nullable=False),
    Column("mandate", Value(Mandate), nullable=False),
    Column("signature_mode", Code(SignatureMode), nullable=False),
    Column("tns_declared", Boolean, nullable=False),
    Column("teletransmission", Boolean, nullable=False),
    Column("marketing_objection", Boolean, nullable=False),
    Column("documents_read", Value(tuple[ReadDocument, ...]), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("assistance", Value(Assistance), nullable=True),
    Column("signature", Code(SignatureState), nullable=False),
    Column("papers", Value(tuple[Paper, ...]), nullable=False),
    Column("sealed_papers", Value(tuple[SealedPaper, ...]), nullable=False),
    Column("evidence_document_id", String(36), nullable=True),
    Column("ceremony_id", String(36), nullable=True),
    Column("signature_reference", String(40), nullable=True),
    Column("signed_at", Instant, nullable=True),
    Column("signed_on", Date, nullable=True),
    Column("sealed_at", Instant, nullable=True),
    _revision(),
    Index("ix_subscription_person_id", "person_id"),
)

MEMBERSHIP_FILE = Table(
    "membership_file",
    METADATA,
    _id(),
    _tenant(),
    Column("subscription_id", String(36), ForeignKey("subscription.id"), nullable=False, unique=True),
    Column("quote_id", String(36), ForeignKey("quote.id"), nullable=False),
    Column("broker_id", String(36), nullable=False),
    Column("pieces", ClosedValue(tuple[Piece, ...]), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("status", Code(FileStatus), nullable=False),
    Column("transmitted_at", Instant, nullable=True),
    Column("created_at", Instant, nullable=True),
    Column("created_by", String(36), nullable=True),
    Column("missing_at_creation", Value(tuple[str, ...]), nullable=False),
    Column("contract_id", String(36), nullable=True, unique=True),
    Column("contract_number", String(20), nullable=True),
    Column("valid_from", Date, nullable=True),
    Column("member_id", String(36), nullable=True),
    _revision(),
    UniqueConstraint("tenant", "contract_number"),
    Index("ix_membership_file_tenant_status_id", "tenant", "status", "id"),
)

EARLY_PIECE = Table(
    "early_piece",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("subscription_id", String(36), ForeignKey("quote.subscription_id"), primary_key=True),
    Column("document_id", String(36), primary_key=True),
    Column("kind", String(80), nullable=False),
    Column("received_at", Instant, nullable=False),
)

ATTESTATION = Table(
    "attestation",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("session", String(64), primary_key=True),
    Column("subscription_id", String(36), ForeignKey("quote.subscription_id"), nullable=False),
    Column("broker_id", String(36), nullable=False),
    Column("attested_at", Instant, nullable=False),
)

NUMBER_SEQUENCE = Table(
    "number_sequence",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("prefix", String(10), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

PRODUCT_PAPER = Table(
    "product_paper",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("product", String(60), primary_key=True),
    Column("formula", String(20), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("content_version", String(64), primary_key=True),
    Column("document_id", String(36), nullable=False),
    Column("title", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stored_at", Instant, nullable=False),
)

_OPEN = text("closed_at IS NULL")
_OPENED_ONCE = text("happening = 'quote_opened'")

AGENDA_EVENT = Table(
    "agenda_event",
    METADATA,
    _id(),
    _tenant(),
    Column("broker_id", String(36), nullable=False),
    Column("client_id", String(36), ForeignKey("client_file.id"), nullable=False),
    Column("quote_id", String(36), ForeignKey("quote.id"), nullable=False),
    Column("happening", Code(Happening), nullable=False),
    Column("product_name", String(120), nullable=False),
    Column("formula_label", String(120), nullable=False),
    Column("effective_date", Date, nullable=False),
    Column("domain", String(60), nullable=False),
    Column("words", String(500), nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("detail", Encrypted, nullable=True),
    Column("closed_at", Instant, nullable=True),
    _revision(),
    Index("ix_agenda_event_tenant_broker_id_id", "tenant", "broker_id", "id"),
    # The home page shows and counts what is open, of a hundred thousand rows as quickly as of a hundred.
    Index("ix_agenda_event_open", "tenant", "broker_id", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
    Index("ix_agenda_event_client_id", "client_id"),
    Index("ix_agenda_event_quote_id", "quote_id"),
    Index("uq_agenda_event_opened", "quote_id", unique=True, postgresql_where=_OPENED_ONCE, sqlite_where=_OPENED_ONCE),
)

BROKER = Table(
    "broker",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("company", String(255), nullable=False),
    Column("display_name", String(255), nullable=False),
    Column("email", Encrypted, nullable=False),
    Column("phone", Encrypted, nullable=False),
    Column("orias", String(20), nullable=False),
    Column("read_at", Instant, nullable=False),
)


@cache
def map_classes() -> None:
    """Let SQLAlchemy load and store the domain's classes; once a process."""
    mapping = registry(metadata=METADATA)
    mapping.map_imperatively(
        ClientFile, CLIENT_FILE, exclude_properties=["identity_index", "search_name", "created_at"]
    )
    versioned = (
        (Quote, QUOTE),
        (Subscription, SUBSCRIPTION),
        (MembershipFile, MEMBERSHIP_FILE),
        (AgendaEvent, AGENDA_EVENT),
    )
    for kind, table in versioned:
        mapping.map_imperatively(kind, table, version_id_col=table.c.revision)
