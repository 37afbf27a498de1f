"""Tell the client that his membership is created, and keep whose contract it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from notifications.domain.people import ContractFile, Person
from notifications.usecases.ports import Begin, Work, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.record_contact import remember


@dataclass(frozen=True)
class CreatedContract:
    """What quoting said of a created contract."""

    contract_id: str
    number: str
    quote_id: str
    product_name: str
    formula: str
    monthly: Decimal
    valid_from: date
    debit_day: int
    client: Person
    broker_email: str | None


def welcome_member(*, uow: Begin, writer: Writer, event_id: str, contract: CreatedContract, said_at: datetime) -> None:
    """Queue the mail, the adviser in copy. The subscription's link has served and is forgotten."""
    with uow() as work:
        file = _found_or_new(work, contract.contract_id)
        file.number, file.product_name, file.quote_id = contract.number, contract.product_name, contract.quote_id
        client = contract.client
        file.email, file.civility = client.email, client.civility
        file.first_name, file.last_name, file.as_of = client.first_name, client.last_name, said_at
        _share_contact(work, file)
        quote = work.quotes.find(contract.quote_id)
        if quote is not None:
            quote.link_secret = None
        letter = Letter(
            kind="contract.created",
            event_id=event_id,
            to=client,
            adviser=quote.adviser if quote else None,
            copies=[contract.broker_email] if contract.broker_email else [],
            facts={
                "product_name": contract.product_name,
                "formula": contract.formula,
                "number": contract.number,
                "valid_from": contract.valid_from,
                "monthly": contract.monthly,
                "debit_day": contract.debit_day,
            },
        )
        queue_mail(work, writer, letter)
        work.commit()


def record_holder(*, uow: Begin, contract_id: str, member_id: str, number: str) -> None:
    """Keep which member holds the contract."""
    with uow() as work:
        file = _found_or_new(work, contract_id)
        file.member_id, file.number = member_id, number
        _share_contact(work, file)
        work.commit()


def _found_or_new(work: Work, contract_id: str) -> ContractFile:
    file = work.contracts.find(contract_id)
    if file is None:
        file = ContractFile(contract_id)
        work.contracts.add(file)
    return file


def _share_contact(work: Work, file: ContractFile) -> None:
    """A member whose invitation was never heard is still reached: his contract named him."""
    if file.member_id is None or file.client is None or file.as_of is None:
        return
    if work.contacts.find(file.member_id) is None:
        remember(work, member_id=file.member_id, person=file.client, mobile=None, as_of=file.as_of)
