"""The mutuelles, brokers and managers of the demonstration. Run again, it changes nothing that is there."""

from __future__ import annotations

from dataclasses import dataclass

from member.domain.brokers import EmailTaken
from member.domain.passwords import canonical
from member.usecases.habilitate_broker import habilitate_broker
from member.usecases.ports import Passwords, Units, Uow
from member.usecases.register_staff import register_manager, register_mutuelle

MUTUELLES = (
    ("rives", "0421", "Mutuelle des Rives"),
    ("plateau", "0733", "Mutuelle du Plateau"),
)


@dataclass(frozen=True)
class DemonstrationBroker:
    """Ids are fixed, so that other services' demonstration data can name a broker."""

    id: str
    tenant: str
    email: str
    company: str
    phone: str
    orias: str
    civility: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class DemonstrationStaff:
    """A manager of the demonstration."""

    id: str
    tenant: str
    email: str
    civility: str
    first_name: str
    last_name: str


BROKERS = (
    DemonstrationBroker(
        id="0199a000-0000-7000-8000-000000000001",
        tenant="rives",
        email="courtier@lemaire.example",
        company="Cabinet Lemaire",
        phone="+33145670001",
        orias="07000001",
        civility="madame",
        first_name="Claire",
        last_name="Lemaire",
    ),
    DemonstrationBroker(
        id="0199a000-0000-7000-8000-000000000002",
        tenant="rives",
        email="courtier@fontaine.example",
        company="Cabinet Fontaine",
        phone="+33145670002",
        orias="07000002",
        civility="monsieur",
        first_name="Hugo",
        last_name="Fontaine",
    ),
)

MANAGERS = (
    DemonstrationStaff(
        id="0199a000-0000-7000-8000-000000000011",
        tenant="rives",
        email="gestion@rives.example",
        civility="monsieur",
        first_name="Marc",
        last_name="Delorme",
    ),
    # What needs two managers needs a second one.
    DemonstrationStaff(
        id="0199a000-0000-7000-8000-000000000013",
        tenant="rives",
        email="controle@rives.example",
        civility="madame",
        first_name="Nadia",
        last_name="Perrin",
    ),
    DemonstrationStaff(
        id="0199a000-0000-7000-8000-000000000012",
        tenant="plateau",
        email="gestion@plateau.example",
        civility="madame",
        first_name="Sophie",
        last_name="Arnaud",
    ),
)


def seed_demonstration(*, password: str, units: Units, passwords: Passwords) -> None:
    """Register everybody who is not there yet, with `password`."""
    for code, number, name in MUTUELLES:
        register_mutuelle(number=number, name=name, uow=units.for_tenant(code))
    for broker in BROKERS:
        uow = units.for_tenant(broker.tenant)
        try:
            habilitate_broker(
                broker_id=broker.id,
                email=broker.email,
                company=broker.company,
                phone=broker.phone,
                orias=broker.orias,
                civility=broker.civility,
                first_name=broker.first_name,
                last_name=broker.last_name,
                uow=uow,
            )
        except EmailTaken:
            continue
        _open(broker.id, password, uow, passwords)
    for manager in MANAGERS:
        uow = units.for_tenant(manager.tenant)
        try:
            register_manager(
                manager_id=manager.id,
                email=manager.email,
                civility=manager.civility,
                first_name=manager.first_name,
                last_name=manager.last_name,
                uow=uow,
            )
        except EmailTaken:
            continue
        _open(manager.id, password, uow, passwords)


def _open(account_id: str, password: str, uow: Uow, passwords: Passwords) -> None:
    password_hash = passwords.hash(canonical(password))
    with uow() as work:
        work.accounts.for_change(account_id).choose_password(password_hash, work.now)
        work.commit()
