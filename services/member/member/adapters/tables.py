"""Member's tables, and how the domain's classes lie in them.

What reaches or identifies a person (names, date of birth, e-mail, telephone, address, social-security number, IBAN) is
closed with the field key. To find an account by its e-mail, a keyed fingerprint stands beside it; nobody is looked for
by name. A broker's firm and name are public and stay readable.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
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
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import registry

from member.domain.accounts import Account, AccountState, Role
from member.domain.attempts import Attempt, AttemptCounter
from member.domain.brokers import Broker
from member.domain.contracts import (
    AccountUse,
    BankAccount,
    Beneficiary,
    BeneficiaryRole,
    Contract,
    ContractStatus,
    Mandate,
)
from member.domain.links import OneTimeLink, Purpose
from member.domain.people import Details, Person, Subscription
from member.domain.preferences import Preferences
from member.domain.sessions import Ending, RefreshToken, SignedInSession
from member.domain.tenants import Mutuelle
from plumbing.database import Cents, Encrypted, Instant, service_metadata


class Code(TypeDecorator[StrEnum]):
    """A StrEnum as its text."""

    impl = String(40)
    cache_ok = True

    def __init__(self, options: type[StrEnum]) -> None:
        super().__init__()
        self.options = options

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.options(value)


class ClosedDay(TypeDecorator[date]):
    """A day of somebody's life, closed; the database can neither compare nor sort it."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class ClosedDetails(TypeDecorator[Details]):
    """What a subscription said of a person, as one closed text."""

    impl = Encrypted
    cache_ok = True

    def process_bind_param(self, value: Details | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(asdict(value)).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Details | None:
        if value is None:
            return None
        stored = orjson.loads(value)
        born = stored.pop("birth_date")
        return Details(**stored, birth_date=None if born is None else date.fromisoformat(born))


METADATA: MetaData = service_metadata()


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(40), nullable=False)


def _account_id() -> Column[str]:
    return Column("id", String(36), ForeignKey("account.id"), primary_key=True)


def _contract_id() -> Column[str]:
    return Column("contract_id", String(36), ForeignKey("contract.id"), nullable=False, index=True)


MUTUELLE = Table(
    "mutuelle",
    METADATA,
    Column("code", String(40), primary_key=True),
    Column("number", String(4), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
)

ACCOUNT = Table(
    "account",
    METADATA,
    _id(),
    _tenant(),
    Column("role", Code(Role), nullable=False),
    Column("login", Encrypted, nullable=True),
    Column("login_index", String(64), nullable=True),
    Column("member_number", String(12), nullable=True, unique=True),
    Column("password_hash", String(200), nullable=True),
    Column("state", Code(AccountState), nullable=False),
    Column("locked_until", Instant, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=True),
    Column("last_sign_in_at", Instant, nullable=True),
    UniqueConstraint("tenant", "login_index"),
    Index("ix_account_login_index", "login_index"),
)

PERSON = Table(
    "person",
    METADATA,
    _account_id(),
    _tenant(),
    Column("civility", String(20), nullable=True),
    Column("first_name", Encrypted, nullable=False),
    Column("last_name", Encrypted, nullable=False),
    Column("birth_name", Encrypted, nullable=True),
    Column("birth_date", ClosedDay, nullable=True),
    Column("email", Encrypted, nullable=False),
    Column("mobile", Encrypted, nullable=True),
    Column("address", Encrypted, nullable=True),
    Column("address_extra", Encrypted, nullable=True),
    Column("postcode", String(10), nullable=True),
    Column("town", String(255), nullable=True),
    Column("country", String(100), nullable=True),
    Column("updated_at", Instant, nullable=False),
)

BROKER = Table(
    "broker",
    METADATA,
    _account_id(),
    _tenant(),
    Column("company", String(255), nullable=False),
    Column("display_name", String(255), nullable=False),
    Column("email", Encrypted, nullable=False),
    Column("phone", Encrypted, nullable=False),
    Column("orias", String(20), nullable=True),
    Column("habilitated_at", Instant, nullable=False),
)

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    _id(),
    _tenant(),
    Column("member_id", String(36), ForeignKey("account.id"), nullable=False, index=True),
    Column("person_id", String(36), nullable=True),
    Column("submitted_on", Date, nullable=True),
    Column("signature_mode", String(20), nullable=True),
    Column("teletransmission", Boolean, nullable=True),
    Column("marketing_objection", Boolean, nullable=True),
    Column("details", ClosedDetails, nullable=True),
)

CONTRACT = Table(
    "contract",
    METADATA,
    _id(),
    _tenant(),
    Column("member_id", String(36), ForeignKey("account.id"), nullable=False, index=True),
    Column("subscription_id", String(36), nullable=False),
    Column("broker_id", String(36), nullable=False),
    Column("number", String(40), nullable=False),
    Column("product_code", String(60), nullable=False),
    Column("product_name", String(255), nullable=False),
    Column("formula", String(60), nullable=False),
    Column("formula_level", String(20), nullable=False),
    Column("with_option", Boolean, nullable=False),
    Column("regime", String(60), nullable=False),
    Column("monthly", Cents, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("debit_day", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("status", Code(ContractStatus), nullable=False),
    UniqueConstraint("tenant", "number"),
)

BENEFICIARY = Table(
    "beneficiary",
    METADATA,
    _id(),
    _tenant(),
    _contract_id(),
    Column("role", Code(BeneficiaryRole), nullable=False),
    Column("civility", String(20), nullable=True),
    Column("first_name", Encrypted, nullable=False),
    Column("last_name", Encrypted, nullable=False),
    Column("birth_date", ClosedDay, nullable=False),
    Column("nir", Encrypted, nullable=True),
)

BANK_ACCOUNT = Table(
    "bank_account",
    METADATA,
    _id(),
    _tenant(),
    _contract_id(),
    Column("use", Code(AccountUse), nullable=False),
    Column("iban", Encrypted, nullable=False),
    Column("holder", Encrypted, nullable=False),
    UniqueConstraint("contract_id", "use"),
)

MANDATE = Table(
    "mandate",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("rum", String(35), primary_key=True),
    _contract_id(),
    Column("ics", String(35), nullable=False),
    Column("signed_on", Date, nullable=False),
)

PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("member_id", String(36), ForeignKey("account.id"), primary_key=True),
    _tenant(),
    Column("benefits_by_email", Boolean, nullable=False),
    Column("benefits_by_sms", Boolean, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)

ONE_TIME_LINK = Table(
    "one_time_link",
    METADATA,
    _id(),
    _tenant(),
    Column("account_id", String(36), ForeignKey("account.id"), nullable=False, index=True),
    Column("purpose", Code(Purpose), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant, nullable=True),
)

SESSION = Table(
    "session",
    METADATA,
    _id(),
    _tenant(),
    Column("account_id", String(36), ForeignKey("account.id"), nullable=False, index=True),
    Column("started_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant, nullable=True),
    Column("ending", Code(Ending), nullable=True),
)

REFRESH_TOKEN = Table(
    "refresh_token",
    METADATA,
    Column("secret_hash", String(64), primary_key=True),
    _tenant(),
    Column("session_id", String(36), ForeignKey("session.id"), nullable=False, index=True),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=True),
)

ATTEMPT_COUNTER = Table(
    "attempt_counter",
    METADATA,
    Column("kind", Code(Attempt), primary_key=True),
    Column("identifier", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("paused_until", Instant, nullable=True),
)

NUMBER_SERIES = Table(
    "number_series",
    METADATA,
    Column("tenant", String(40), primary_key=True),
    Column("series", String(40), primary_key=True),
    Column("last", Integer, nullable=False),
)


@cache
def map_classes() -> registry:
    """Lay the domain's classes over the tables, once a process."""
    mappers = registry(metadata=METADATA)
    plain: dict[type[Any], Table] = {
        Mutuelle: MUTUELLE,
        Account: ACCOUNT,
        Person: PERSON,
        Broker: BROKER,
        Subscription: SUBSCRIPTION,
        Contract: CONTRACT,
        Beneficiary: BENEFICIARY,
        BankAccount: BANK_ACCOUNT,
        Mandate: MANDATE,
        OneTimeLink: ONE_TIME_LINK,
        SignedInSession: SESSION,
        RefreshToken: REFRESH_TOKEN,
        AttemptCounter: ATTEMPT_COUNTER,
    }
    for domain_class, table in plain.items():
        mappers.map_imperatively(domain_class, table)
    mappers.map_imperatively(Preferences, PREFERENCES, version_id_col=PREFERENCES.c.version)
    return mappers
