"""Finding or making the account of the person that a subscription speaks of."""

from __future__ import annotations

from member.domain.accounts import Account, Role
from member.domain.identifiers import comparable
from member.domain.people import Details, Person
from member.domain.preferences import Preferences
from member.usecases.ports import Work
from plumbing.ids import new_id


def member_for(work: Work, details: Details) -> Account:
    """Return the member's account that signs in with this e-mail, made if there is none.

    Whoever has opened his account keeps what it says of him, whatever a subscription claims under his e-mail address.
    An e-mail that serves a broker or a manager of the mutuelle stays his: the member then signs in with his number.
    """
    login = comparable(details.email)
    holder = work.accounts.by_login(login)
    if holder is not None and holder.role is Role.MEMBER:
        complete(work, holder, details)
        return holder
    account = Account(new_id(), work.tenant, Role.MEMBER, None if holder else login, work.now)
    work.accounts.add(account)
    work.people.add(Person.of(identifier=account.id, tenant=work.tenant, details=details, now=work.now))
    work.preferences.add(Preferences(account.id, work.tenant, work.now))
    return account


def complete(work: Work, account: Account, details: Details) -> bool:
    """Write the details down if nobody has opened the account yet; returns whether they were taken."""
    if account.opened:
        return False
    work.people.get(account.id).take(details, work.now)
    return True
