"""Claims' unit of work: plumbing's, with claims' repositories."""

from __future__ import annotations

from claims.adapters.repositories import (
    ClaimRepository,
    ContractRepository,
    NumberRepository,
    ReceivedDocumentRepository,
    SettlementRepository,
)
from claims.usecases import ports
from plumbing.unit_of_work import UnitOfWork


class ClaimsWork(UnitOfWork):
    """One transaction of one mutuelle."""

    contracts: ports.Contracts
    claims: ports.Claims
    documents: ports.ReceivedDocuments
    settlements: ports.Settlements
    numbers: ports.Numbers

    def opened(self) -> None:
        self.contracts = ContractRepository(self.session)
        self.claims = ClaimRepository(self.session, self.tenant)
        self.documents = ReceivedDocumentRepository(self.session)
        self.settlements = SettlementRepository(self.session)
        self.numbers = NumberRepository(self.session, self.tenant)
