"""Member's unit of work: plumbing's, with member's repositories."""

from __future__ import annotations

from member.adapters.repositories import (
    AccountRepository,
    AttemptRepository,
    BrokerRepository,
    ContractRepository,
    LinkRepository,
    NumberRepository,
    PersonRepository,
    PreferencesRepository,
    SessionRepository,
    SubscriptionRepository,
    TenantRepository,
)
from member.usecases import ports
from plumbing.unit_of_work import UnitOfWork


class MemberWork(UnitOfWork):
    """One transaction of one mutuelle."""

    accounts: ports.Accounts
    people: ports.People
    brokers: ports.Brokers
    subscriptions: ports.Subscriptions
    contracts: ports.Contracts
    links: ports.Links
    sessions: ports.Sessions
    attempts: ports.Attempts
    preferences: ports.PreferencesOfMembers
    tenants: ports.Tenants
    numbers: ports.Numbers

    def opened(self) -> None:
        self.accounts = AccountRepository(self.session)
        self.people = PersonRepository(self.session)
        self.brokers = BrokerRepository(self.session)
        self.subscriptions = SubscriptionRepository(self.session)
        self.contracts = ContractRepository(self.session)
        self.links = LinkRepository(self.session)
        self.sessions = SessionRepository(self.session)
        self.attempts = AttemptRepository(self.session)
        self.preferences = PreferencesRepository(self.session)
        self.tenants = TenantRepository(self.session)
        self.numbers = NumberRepository(self.session, self.tenant)
