"""Quoting's unit of work: the plumbing's, with our repositories."""

from __future__ import annotations

from plumbing.unit_of_work import UnitOfWork
from quoting.adapters.agenda import SqlAgenda
from quoting.adapters.attestations import SqlAttestations
from quoting.adapters.numbers import SqlNumbers
from quoting.adapters.repositories import (
    SqlBrokers,
    SqlClientFiles,
    SqlEarlyPieces,
    SqlFiles,
    SqlProductPapers,
    SqlQuotes,
    SqlSubscriptions,
)


class QuotingWork(UnitOfWork):
    """One transaction of one tenant."""

    quotes: SqlQuotes
    subscriptions: SqlSubscriptions
    files: SqlFiles
    early_pieces: SqlEarlyPieces
    attestations: SqlAttestations
    clients: SqlClientFiles
    numbers: SqlNumbers
    product_papers: SqlProductPapers
    brokers: SqlBrokers
    agenda: SqlAgenda

    def opened(self) -> None:
        self.quotes = SqlQuotes(self.session, self.tenant)
        self.subscriptions = SqlSubscriptions(self.session)
        self.files = SqlFiles(self.session)
        self.early_pieces = SqlEarlyPieces(self.session, self.tenant, self.now)
        self.attestations = SqlAttestations(self.session, self.tenant, self.now)
        self.clients = SqlClientFiles(self.session, self.tenant, self.now)
        self.numbers = SqlNumbers(self.session, self.tenant)
        self.product_papers = SqlProductPapers(self.session, self.tenant, self.now)
        self.brokers = SqlBrokers(self.session, self.tenant, self.now)
        self.agenda = SqlAgenda(self.session, self.tenant)

    def write_last(self) -> None:
        """Number what was added; whoever wants the next number waits from here to the commit."""
        self.quotes.number()
