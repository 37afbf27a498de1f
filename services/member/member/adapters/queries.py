"""Reads that change nothing: those before the tenant is known, and those that answer requests.

They go past the unit of work, so each filters by tenant itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select

from member.adapters.repositories import blind_index
from member.adapters.tables import (
    ACCOUNT,
    BANK_ACCOUNT,
    BENEFICIARY,
    BROKER,
    CONTRACT,
    MUTUELLE,
    ONE_TIME_LINK,
    PERSON,
    PREFERENCES,
    REFRESH_TOKEN,
    SUBSCRIPTION,
)
from member.domain.accounts import AccountState
from member.domain.contracts import AccountUse
from member.usecases.ports import Candidate

_MOST_CANDIDATES = 10


def _reading(engine: Engine) -> Connection:
    return engine.connect().execution_options(read_only=True)


class SqlDirectory:
    """Finds the tenant of who has not yet said where he belongs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tenant_code(self, code_or_number: str) -> str | None:
        text = code_or_number.strip().lower()
        statement = select(MUTUELLE.c.code).where(or_(MUTUELLE.c.code == text, MUTUELLE.c.number == text))
        with _reading(self._engine) as connection:
            return connection.execute(statement).scalars().first()

    def candidates(self, identifier: str, tenant: str | None) -> list[Candidate]:
        index = blind_index(self._engine, identifier)
        statement = (
            select(ACCOUNT.c.tenant, ACCOUNT.c.id, ACCOUNT.c.password_hash)
            .where(or_(ACCOUNT.c.login_index == index, ACCOUNT.c.member_number == identifier))
            .where(ACCOUNT.c.state != AccountState.CLOSED)
            .order_by(ACCOUNT.c.id)
            .limit(_MOST_CANDIDATES)
        )
        if tenant is not None:
            statement = statement.where(ACCOUNT.c.tenant == tenant)
        with _reading(self._engine) as connection:
            return [Candidate(row.tenant, row.id, row.password_hash) for row in connection.execute(statement)]

    def tenant_of_link(self, secret_hash: str) -> str | None:
        statement = select(ONE_TIME_LINK.c.tenant).where(ONE_TIME_LINK.c.secret_hash == secret_hash)
        with _reading(self._engine) as connection:
            return connection.execute(statement).scalar_one_or_none()

    def tenant_of_refresh_token(self, secret_hash: str) -> str | None:
        statement = select(REFRESH_TOKEN.c.tenant).where(REFRESH_TOKEN.c.secret_hash == secret_hash)
        with _reading(self._engine) as connection:
            return connection.execute(statement).scalar_one_or_none()


@dataclass(frozen=True)
class Profile:
    """An account with its person, and its firm if it is a broker's."""

    row: Row[Any]
    marketing_objection: bool | None


@dataclass(frozen=True)
class ContractView:
    """A contract with the people it covers and its bank accounts by use."""

    row: Row[Any]
    subscribed_on: date | None
    beneficiaries: Sequence[Row[Any]]
    accounts: dict[AccountUse, Row[Any]]

    @property
    def monthly(self) -> Decimal:
        amount: Decimal = self.row.monthly
        return amount


def profile(engine: Engine, tenant: str, account_id: str) -> Profile | None:
    """Return what is known of the holder of an account; None when this tenant has no such account."""
    statement = (
        select(ACCOUNT, *[column for column in PERSON.c if column.name not in ACCOUNT.c], BROKER.c.company)
        .join_from(ACCOUNT, PERSON, PERSON.c.id == ACCOUNT.c.id)
        .outerjoin(BROKER, BROKER.c.id == ACCOUNT.c.id)
        .where(ACCOUNT.c.tenant == tenant, ACCOUNT.c.id == account_id)
    )
    objections = (
        select(SUBSCRIPTION.c.marketing_objection)
        .where(SUBSCRIPTION.c.tenant == tenant, SUBSCRIPTION.c.member_id == account_id)
        .where(SUBSCRIPTION.c.marketing_objection.is_not(None))
    )
    with _reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        said = list(connection.execute(objections).scalars())
    # Who has objected once has objected, until he says otherwise.
    return Profile(row, any(said) if said else None)


def broker(engine: Engine, tenant: str, broker_id: str) -> Row[Any] | None:
    """Return a broker of this tenant."""
    statement = select(BROKER).where(BROKER.c.tenant == tenant, BROKER.c.id == broker_id)
    with _reading(engine) as connection:
        return connection.execute(statement).one_or_none()


def preferences(engine: Engine, tenant: str, member_id: str) -> Row[Any] | None:
    """Return a member's preferences with their version."""
    statement = select(PREFERENCES).where(PREFERENCES.c.tenant == tenant, PREFERENCES.c.member_id == member_id)
    with _reading(engine) as connection:
        return connection.execute(statement).one_or_none()


def contracts_of(engine: Engine, tenant: str, member_id: str) -> list[ContractView]:
    """Return a member's contracts, the newest first; three statements however many there are."""
    statement = (
        select(CONTRACT, SUBSCRIPTION.c.submitted_on)
        .outerjoin(SUBSCRIPTION, SUBSCRIPTION.c.id == CONTRACT.c.subscription_id)
        .where(CONTRACT.c.tenant == tenant, CONTRACT.c.member_id == member_id)
        .order_by(CONTRACT.c.created_at.desc(), CONTRACT.c.id)
    )
    with _reading(engine) as connection:
        rows = list(connection.execute(statement))
        ids = [row.id for row in rows]
        covered = defaultdict(list)
        people = connection.execute(select(BENEFICIARY).where(BENEFICIARY.c.contract_id.in_(ids)))
        # The eldest first; sorted here, because the database holds the dates closed.
        for person in sorted(people, key=lambda person: (person.birth_date, person.id)):
            covered[person.contract_id].append(person)
        accounts: dict[str, dict[AccountUse, Row[Any]]] = defaultdict(dict)
        for account in connection.execute(select(BANK_ACCOUNT).where(BANK_ACCOUNT.c.contract_id.in_(ids))):
            accounts[account.contract_id][account.use] = account
    return [ContractView(row, row.submitted_on, covered[row.id], accounts[row.id]) for row in rows]
