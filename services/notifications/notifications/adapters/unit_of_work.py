"""Notifications' unit of work: plumbing's, with notifications' repositories."""

from __future__ import annotations

from notifications.adapters.repositories import (
    ContactRepository,
    ContractFileRepository,
    MessageRepository,
    PreferenceRepository,
    QuoteFileRepository,
)
from notifications.adapters.web_copies import WebCopies
from notifications.usecases import ports
from plumbing.unit_of_work import UnitOfWork


class NotificationsWork(UnitOfWork):
    """One transaction of one mutuelle."""

    messages: ports.Messages
    contacts: ports.Contacts
    preferences: ports.Preferences
    quotes: ports.QuoteFiles
    contracts: ports.ContractFiles
    web_copies: ports.WebCopies

    def opened(self) -> None:
        self.messages = MessageRepository(self.session)
        self.contacts = ContactRepository(self.session)
        self.preferences = PreferenceRepository(self.session)
        self.quotes = QuoteFileRepository(self.session)
        self.contracts = ContractFileRepository(self.session)
        self.web_copies = WebCopies(self.session, self.tenant)
