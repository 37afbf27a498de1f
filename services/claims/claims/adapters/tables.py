"""Claims' tables, and how the domain's classes lie in them.

Names, birth dates, account numbers and whatever speaks of health in free words are closed with the field key.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Column, Date, Dialect, ForeignKey, Index, Integer, String, Table, Text, TypeDecorator
from sqlalchemy.orm import registry, relationship

from claims.domain.claim import Benefit, Claim, ClaimState, Recipient, StatementLine
from claims.domain.contract import Beneficiary, Contract
from claims.domain.settlement import Settlement
from claims.usecases.ports import ReceivedDocument
from plumbing.database import Cents, Encrypted, Instant, service_metadata

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


class ClosedDay(TypeDecorator[date]):
    """A personal date, closed."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Ids(TypeDecorator[list[str]]):
    """A short ordered list of identifiers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        return orjson.dumps(value or []).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str]:
        found: list[str] = orjson.loads(value)
        return found


class Percentage(TypeDecorator[Decimal]):
    """A printed rate with two places (70.00), kept as hundredths."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(40), nullable=False)


CONTRACT = Table(
    "contract",
    METADATA,
    _id(),
    _tenant(),
    Column("member_id", String(36), nullable=True),
    Column("broker_id", String(36), nullable=True),
    Column("number", String(40), nullable=False),
    Column("status", String(40), nullable=False),
    Column("product_code", String(60), nullable=True),
    Column("product_name", String(255), nullable=True),
    Column("formula", String(255), nullable=True),
    Column("formula_level", String(60), nullable=True),
    Column("regime", String(60), nullable=True),
    Column("valid_from", Date, nullable=True),
    Column("valid_until", Date, nullable=True),
    Column("benefit_iban", Encrypted, nullable=True),
    Column("account_holder", Encrypted, nullable=True),
    Column("version", Integer, nullable=False),
    Index("ix_contract_tenant_member_id", "tenant", "member_id"),
)

BENEFICIARY = Table(
    "beneficiary",
    METADATA,
    _id(),
    _tenant(),
    Column("contract_id", String(36), ForeignKey("contract.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("first_name", Encrypted, nullable=False),
    Column("last_name", Encrypted, nullable=False),
    Column("birth_date", ClosedDay, nullable=False),
)

CLAIM = Table(
    "claim",
    METADATA,
    _id(),
    _tenant(),
    Column("contract_id", String(36), ForeignKey("contract.id"), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("beneficiary_id", String(36), ForeignKey("beneficiary.id"), nullable=False),
    Column("care_date", Date, nullable=False),
    Column("description", Encrypted, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", Code(ClaimState), nullable=False),
    Column("number", Integer, nullable=True),
    Column("message", Encrypted, nullable=True),
    Column("document_ids", Ids, nullable=False),
    Column("submitted_at", Instant, nullable=True),
    Column("decided_at", Instant, nullable=True),
    Column("decided_by", String(80), nullable=True),
    Column("refusal_reason", Encrypted, nullable=True),
    Column("amount", Cents, nullable=True),
    Column("version", Integer, nullable=False),
    Index("ix_claim_tenant_member_id_id", "tenant", "member_id", "id"),
    Index("ix_claim_contract_id_id", "contract_id", "id"),
    Index("ix_claim_tenant_state_id", "tenant", "state", "id"),
    Index("uq_claim_tenant_number", "tenant", "number", unique=True),
)

STATEMENT_LINE = Table(
    "statement_line",
    METADATA,
    _id(),
    _tenant(),
    Column("claim_id", String(36), ForeignKey("claim.id"), nullable=False, index=True),
    Column("beneficiary_id", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    Column("act", String(40), nullable=False),
    Column("label", String(120), nullable=False),
    Column("category", String(40), nullable=False),
    Column("charge", String(40), nullable=True),
    Column("care_date", Date, nullable=False),
    Column("care_path", String(60), nullable=False),
    Column("expense", Cents, nullable=False),
    Column("scheme_base", Cents, nullable=False),
    Column("scheme_rate", Percentage, nullable=False),
    Column("scheme_amount", Cents, nullable=False),
    Column("mutual_rate", Percentage, nullable=False),
    Column("mutual_amount", Cents, nullable=False),
    Column("other_insurers", Cents, nullable=False),
    Column("out_of_pocket", Cents, nullable=False),
    Column("forfait", Cents, nullable=False),
    Column("refusal", String(40), nullable=True),
    Index("ix_statement_line_tenant_beneficiary_id_category", "tenant", "beneficiary_id", "category", "care_date"),
)

BENEFIT = Table(
    "benefit",
    METADATA,
    _id(),
    _tenant(),
    Column("claim_id", String(36), ForeignKey("claim.id"), nullable=False),
    Column("order_reference", String(11), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("iban", Encrypted, nullable=False),
    Column("account_holder", Encrypted, nullable=False),
    Column("recipient", Code(Recipient), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("ordered_by", String(80), nullable=False),
    Column("paid_on", Date, nullable=True),
    Column("provider_reference", String(80), nullable=True),
    Index("uq_benefit_claim_id", "claim_id", unique=True),
    Index("uq_benefit_tenant_order_reference", "tenant", "order_reference", unique=True),
)

RECEIVED_DOCUMENT = Table(
    "received_document",
    METADATA,
    _id(),
    _tenant(),
    Column("claim_id", String(36), nullable=False, index=True),
    Column("owner", String(80), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

SETTLEMENT = Table(
    "settlement",
    METADATA,
    _id(),
    _tenant(),
    Column("partner", String(40), nullable=False),
    Column("reference", String(80), nullable=False),
    Column("contract_id", String(36), ForeignKey("contract.id"), nullable=False, index=True),
    Column("claim_id", String(36), ForeignKey("claim.id"), nullable=True, index=True),
    Column("amount", Cents, nullable=False),
    Column("settled_on", Date, nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("uq_settlement_tenant_partner_reference", "tenant", "partner", "reference", unique=True),
    Index("ix_settlement_tenant_id", "tenant", "id"),
)

NUMBER_SERIES = Table(
    "number_series",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("series", String(40), primary_key=True),
    Column("last", Integer, nullable=False),
)


@cache
def map_classes() -> None:
    """Tie the domain's classes to their tables, once a process."""
    mapper = registry(metadata=METADATA)
    mapper.map_imperatively(Beneficiary, BENEFICIARY)
    mapper.map_imperatively(
        Contract,
        CONTRACT,
        version_id_col=CONTRACT.c.version,
        properties={"beneficiaries": relationship(Beneficiary, order_by=BENEFICIARY.c.id, lazy="selectin")},
    )
    mapper.map_imperatively(StatementLine, STATEMENT_LINE)
    mapper.map_imperatively(Benefit, BENEFIT)
    mapper.map_imperatively(ReceivedDocument, RECEIVED_DOCUMENT)
    mapper.map_imperatively(Settlement, SETTLEMENT)
    mapper.map_imperatively(
        Claim,
        CLAIM,
        version_id_col=CLAIM.c.version,
        properties={
            "lines": relationship(StatementLine, order_by=STATEMENT_LINE.c.position, lazy="selectin"),
            "benefit": relationship(Benefit, uselist=False, lazy="selectin"),
        },
    )
