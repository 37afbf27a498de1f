"""Tell a member where his claim stands: received, decided, paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from notifications.domain.people import Adviser, Preference
from notifications.usecases.ports import Begin, Work, Writer
from notifications.usecases.queue_message import Letter, queue_mail, queue_sms
from notifications.usecases.record_contact import contact_of


class Step(StrEnum):
    """What happened to the claim; each has its template."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


def follow_claim(
    *,
    uow: Begin,
    writer: Writer,
    event_id: str,
    step: Step,
    member_id: str,
    contract_id: str,
    amount: Decimal | None = None,
) -> None:
    """Queue the mail of a step. What was treated stays out of it: a mail is not a safe place for it."""
    with uow() as work:
        facts: dict[str, object] = {} if amount is None else {"amount": amount}
        letter = _letter(
            work,
            kind=f"claim.{step}",
            event_id=event_id,
            member_id=member_id,
            contract_id=contract_id,
            facts=facts,
        )
        queue_mail(work, writer, letter)
        work.commit()


def announce_benefit(
    *, uow: Begin, writer: Writer, event_id: str, member_id: str, contract_id: str, amount: Decimal, paid_on: date
) -> None:
    """Tell the member of a benefit as he prefers: by e-mail, by SMS, both or not at all (F-224)."""
    with uow() as work:
        contact = contact_of(work, member_id)
        preference = work.preferences.find(member_id) or Preference(member_id)
        facts = {"amount": amount, "paid_on": paid_on}
        letter = _letter(
            work,
            kind="benefit.paid",
            event_id=event_id,
            member_id=member_id,
            contract_id=contract_id,
            facts=facts,
        )
        by_sms = preference.benefits_by_sms and contact.mobile is not None
        # Who wanted an SMS and has no number here is told all the same.
        if preference.benefits_by_email or (preference.benefits_by_sms and not by_sms):
            queue_mail(work, writer, letter)
        if by_sms and contact.mobile is not None:
            queue_sms(work, writer, letter, mobile=contact.mobile)
        work.commit()


def _letter(
    work: Work, *, kind: str, event_id: str, member_id: str, contract_id: str, facts: Mapping[str, object]
) -> Letter:
    return Letter(
        kind=kind,
        event_id=event_id,
        to=contact_of(work, member_id).person,
        adviser=_adviser_of_contract(work, contract_id),
        facts=facts,
    )


def _adviser_of_contract(work: Work, contract_id: str) -> Adviser | None:
    contract = work.contracts.find(contract_id)
    quote = work.quotes.find(contract.quote_id) if contract and contract.quote_id else None
    return quote.adviser if quote else None
