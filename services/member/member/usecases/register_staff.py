"""Register a mutuelle and the managers who work there: administrators' acts."""

from __future__ import annotations

from member.domain.accounts import Account, Role
from member.domain.brokers import EmailTaken
from member.domain.identifiers import comparable
from member.domain.people import Details, Person
from member.domain.tenants import Mutuelle
from member.usecases.ports import Uow
from plumbing.ids import new_id


def register_mutuelle(*, number: str, name: str, uow: Uow) -> Mutuelle:
    """Make the mutuelle whose code is the unit of work's tenant, or give back the one that is there."""
    with uow() as work:
        present = work.tenants.get(work.tenant)
        if present is not None:
            return present
        mutuelle = Mutuelle(work.tenant, number, name)
        work.tenants.add(mutuelle)
        work.commit()
    return mutuelle


def register_manager(
    *, email: str, first_name: str, last_name: str, uow: Uow, civility: str | None = None, manager_id: str | None = None
) -> Account:
    """Make a manager's account without a password: he asks for his first link himself. EmailTaken."""
    login = comparable(email)
    with uow() as work:
        if work.accounts.by_login(login) is not None:
            raise EmailTaken(login)
        account = Account(manager_id or new_id(), work.tenant, Role.MANAGER, login, work.now)
        details = Details(civility, first_name, last_name, email.strip())
        work.accounts.add(account)
        work.people.add(Person.of(identifier=account.id, tenant=work.tenant, details=details, now=work.now))
        work.commit()
    return account
