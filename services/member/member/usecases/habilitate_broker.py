"""Register a broker firm that the mutuelle has habilitated: an administrator's act (F-003)."""

from __future__ import annotations

from member.domain.accounts import Account, Role
from member.domain.brokers import Broker, EmailTaken
from member.domain.identifiers import comparable
from member.domain.people import Details, Person
from member.usecases.ports import Uow
from plumbing.ids import new_id


def habilitate_broker(
    *,
    email: str,
    company: str,
    phone: str,
    uow: Uow,
    orias: str | None = None,
    civility: str | None = None,
    first_name: str = "",
    last_name: str = "",
    broker_id: str | None = None,
) -> Broker:
    """Make the broker's account, without a password: he asks for his first link himself (F-004). EmailTaken.

    `phone` is in E.164. A firm that names no person goes by its company name.
    """
    login = comparable(email)
    with uow() as work:
        if work.accounts.by_login(login) is not None:
            raise EmailTaken(login)
        identifier = broker_id or new_id()
        details = Details(civility, first_name, last_name or company, email.strip(), mobile=phone)
        person = Person.of(identifier=identifier, tenant=work.tenant, details=details, now=work.now)
        broker = Broker(
            id=identifier,
            tenant=work.tenant,
            company=company,
            display_name=person.display_name,
            email=person.email,
            phone=phone,
            orias=orias,
            habilitated_at=work.now,
        )
        work.accounts.add(Account(identifier, work.tenant, Role.BROKER, login, work.now))
        work.people.add(person)
        work.brokers.add(broker)
        work.commit()
    return broker
