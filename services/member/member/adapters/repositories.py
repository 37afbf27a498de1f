"""Member's repositories. The mapped classes have no relationships, so parents are flushed as they are added.

Every `for_change` locks its row until the commit (on SQLite the transaction as a whole holds the only write lock).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from member.adapters.tables import (
    ACCOUNT,
    ATTEMPT_COUNTER,
    BROKER,
    CONTRACT,
    MUTUELLE,
    NUMBER_SERIES,
    ONE_TIME_LINK,
    PERSON,
    PREFERENCES,
    REFRESH_TOKEN,
    SESSION,
    SUBSCRIPTION,
)
from member.domain.accounts import Account
from member.domain.attempts import Attempt, AttemptCounter
from member.domain.brokers import Broker
from member.domain.contracts import BankAccount, Beneficiary, Contract, Mandate
from member.domain.links import OneTimeLink
from member.domain.people import Person, Subscription
from member.domain.preferences import Preferences
from member.domain.sessions import Ending, RefreshToken, SignedInSession
from member.domain.tenants import Mutuelle
from plumbing.cipher import FieldCipher
from plumbing.database import insert_for
from plumbing.errors import NotFound

T = TypeVar("T")


def blind_index(bind: Any, text: str) -> str:
    """Return the fingerprint under which this engine's (or connection's) database knows `text`."""
    cipher: FieldCipher = bind.dialect.field_cipher
    return cipher.blind_index(text)


def _locked(session: Session, entity: type[T], *criteria: Any) -> T | None:
    # populate_existing: what was read before the lock may have changed since.
    statement = select(entity).where(*criteria).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


class AccountRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        index = None if account.login is None else blind_index(self._session.get_bind(), account.login)
        account.login_index = index  # type: ignore[attr-defined]  # a column of the table, none of the domain's business
        self._session.add(account)
        self._session.flush()

    def get(self, account_id: str) -> Account | None:
        return self._session.scalars(select(Account).where(ACCOUNT.c.id == account_id)).one_or_none()

    def for_change(self, account_id: str) -> Account:
        account = _locked(self._session, Account, ACCOUNT.c.id == account_id)
        if account is None:
            raise NotFound("account", account_id)
        return account

    def by_login(self, login: str) -> Account | None:
        index = blind_index(self._session.get_bind(), login)
        return _locked(self._session, Account, ACCOUNT.c.login_index == index)


class PersonRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, person: Person) -> None:
        self._session.add(person)

    def get(self, person_id: str) -> Person:
        person = self._session.scalars(select(Person).where(PERSON.c.id == person_id)).one_or_none()
        if person is None:
            raise NotFound("person", person_id)
        return person


class BrokerRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, broker: Broker) -> None:
        self._session.add(broker)

    def get(self, broker_id: str) -> Broker | None:
        return self._session.scalars(select(Broker).where(BROKER.c.id == broker_id)).one_or_none()


class SubscriptionRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subscription: Subscription) -> None:
        self._session.add(subscription)

    def get(self, subscription_id: str) -> Subscription | None:
        return _locked(self._session, Subscription, SUBSCRIPTION.c.id == subscription_id)


class ContractRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, contract: Contract) -> None:
        self._session.add(contract)
        self._session.flush()

    def get(self, contract_id: str) -> Contract | None:
        return self._session.scalars(select(Contract).where(CONTRACT.c.id == contract_id)).one_or_none()

    def add_beneficiaries(self, beneficiaries: Iterable[Beneficiary]) -> None:
        self._session.add_all(beneficiaries)

    def add_bank_accounts(self, accounts: Iterable[BankAccount]) -> None:
        self._session.add_all(accounts)

    def add_mandate(self, mandate: Mandate) -> None:
        self._session.add(mandate)


class LinkRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, link: OneTimeLink) -> None:
        self._session.add(link)

    def by_secret(self, secret_hash: str) -> OneTimeLink | None:
        statement = select(OneTimeLink).where(ONE_TIME_LINK.c.secret_hash == secret_hash)
        return self._session.scalars(statement).one_or_none()

    def use_all_of(self, account_id: str, now: datetime) -> set[str]:
        # RETURNING tells what was taken; a row count is not to be trusted on every driver.
        table = ONE_TIME_LINK
        statement = (
            update(table)
            .where(table.c.account_id == account_id, table.c.used_at.is_(None))
            .values(used_at=now)
            .returning(table.c.id)
        )
        return set(self._session.execute(statement).scalars())


class SessionRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, signed_in: SignedInSession) -> None:
        self._session.add(signed_in)
        self._session.flush()

    def for_change(self, session_id: str) -> SignedInSession:
        signed_in = _locked(self._session, SignedInSession, SESSION.c.id == session_id)
        if signed_in is None:
            raise NotFound("session", session_id)
        return signed_in

    def add_token(self, token: RefreshToken) -> None:
        self._session.add(token)

    def token(self, secret_hash: str) -> RefreshToken | None:
        return _locked(self._session, RefreshToken, REFRESH_TOKEN.c.secret_hash == secret_hash)

    def end_all_of(self, account_id: str, ending: Ending, now: datetime) -> None:
        open_ones = select(SignedInSession).where(
            SESSION.c.account_id == account_id,
            SESSION.c.ended_at.is_(None),
        )
        for signed_in in self._session.scalars(open_ones.with_for_update()):
            signed_in.end(ending, now)


class AttemptRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def for_change(self, kind: Attempt, identifier: str, now: datetime) -> AttemptCounter:
        index = blind_index(self._session.get_bind(), identifier)
        fresh = {"kind": kind, "identifier": index, "count": 0, "last_at": now}
        insert = insert_for(self._session.connection())
        # A row that is there is written, not skipped, which locks it: a sign-in that succeeds deletes it, and must not
        # do so between this statement and the next.
        self._session.execute(
            insert(ATTEMPT_COUNTER)
            .values(fresh)
            .on_conflict_do_update(index_elements=["kind", "identifier"], set_={"count": ATTEMPT_COUNTER.c.count})
        )
        counter = _locked(
            self._session, AttemptCounter, ATTEMPT_COUNTER.c.kind == kind, ATTEMPT_COUNTER.c.identifier == index
        )
        if counter is None:
            raise NotFound("attempt_counter")
        return counter

    def forget(self, kind: Attempt, identifiers: Iterable[str]) -> None:
        bind = self._session.get_bind()
        indexes = [blind_index(bind, identifier) for identifier in identifiers]
        table = ATTEMPT_COUNTER
        self._session.execute(delete(table).where(table.c.kind == kind, table.c.identifier.in_(indexes)))


class PreferencesRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, preferences: Preferences) -> None:
        self._session.add(preferences)

    def get(self, member_id: str) -> Preferences | None:
        statement = select(Preferences).where(PREFERENCES.c.member_id == member_id)
        return self._session.scalars(statement).one_or_none()


class TenantRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, mutuelle: Mutuelle) -> None:
        self._session.add(mutuelle)

    def get(self, code: str) -> Mutuelle | None:
        return self._session.scalars(select(Mutuelle).where(MUTUELLE.c.code == code)).one_or_none()


class NumberRepository:
    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def next(self, series: str) -> int:
        insert = insert_for(self._session.connection())
        statement = (
            insert(NUMBER_SERIES)
            .values(tenant=self._tenant, series=series, last=1)
            .on_conflict_do_update(index_elements=["tenant", "series"], set_={"last": NUMBER_SERIES.c.last + 1})
            .returning(NUMBER_SERIES.c.last)
        )
        return self._session.execute(statement).scalar_one()
