"""Notifications' objects as the use cases see them. The session shows and writes the tenant's own rows only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.adapters.queries import has_lapsed_link
from notifications.adapters.tables import CONTACT, CONTRACT_FILE, MESSAGE, PREFERENCE, QUOTE_FILE
from notifications.domain.message import Message
from notifications.domain.people import Contact, ContractFile, Preference, QuoteFile
from plumbing.errors import NotFound


class MessageRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> None:
        self._session.add(message)

    def get(self, message_id: str) -> Message:
        statement = select(Message).where(MESSAGE.c.id == message_id).with_for_update()
        message = self._session.scalars(statement).one_or_none()
        if message is None:
            raise NotFound("message", message_id)
        return message


class ContactRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, contact: Contact) -> None:
        self._session.add(contact)

    def find(self, member_id: str) -> Contact | None:
        return self._session.scalars(select(Contact).where(CONTACT.c.member_id == member_id)).one_or_none()


class PreferenceRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, preference: Preference) -> None:
        self._session.add(preference)

    def find(self, member_id: str) -> Preference | None:
        return self._session.scalars(select(Preference).where(PREFERENCE.c.member_id == member_id)).one_or_none()


class QuoteFileRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, quote: QuoteFile) -> None:
        self._session.add(quote)

    def find(self, quote_id: str) -> QuoteFile | None:
        return self._session.scalars(select(QuoteFile).where(QUOTE_FILE.c.quote_id == quote_id)).one_or_none()

    def of_subscription(self, subscription_id: str) -> QuoteFile | None:
        statement = select(QuoteFile).where(QUOTE_FILE.c.subscription_id == subscription_id)
        return self._session.scalars(statement).one_or_none()

    def with_lapsed_link(self, day: date) -> Sequence[QuoteFile]:
        return self._session.scalars(select(QuoteFile).where(has_lapsed_link(day))).all()


class ContractFileRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, contract: ContractFile) -> None:
        self._session.add(contract)

    def find(self, contract_id: str) -> ContractFile | None:
        statement = select(ContractFile).where(CONTRACT_FILE.c.contract_id == contract_id)
        return self._session.scalars(statement).one_or_none()
