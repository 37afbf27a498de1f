"""Create the membership: the file is done, the contract goes to member and claims by its event."""

from __future__ import annotations

from typing import Any

from plumbing.errors import NotFound
from plumbing.ids import new_id
from quoting.domain.agenda import Happening
from quoting.domain.effective_date import cover_begins
from quoting.domain.membership_file import MembershipFile
from quoting.domain.numbering import format_number
from quoting.domain.quote import Quote
from quoting.domain.subscription import Beneficiary, SignatureState, Subscription
from quoting.usecases.agenda import note
from quoting.usecases.ports import Offer, Uow


def create_contract(*, uow: Uow, offer: Offer, file_id: str, manager_id: str) -> MembershipFile:
    """Create the membership with its own number. Raises NotFound("file"), FileClosed, NoPieceReceived, NotSigned."""
    with uow() as work:
        file = work.files.get(file_id)
        subscription = work.subscriptions.get(file.subscription_id)
        quote = work.quotes.get(file.quote_id)
        signed = subscription.signature is SignatureState.SIGNED
        file.check_ready(signed=signed)
        prefix = offer.catalogue.product(work.tenant, quote.product_code).prefix
        file.create(
            contract_id=new_id(),
            contract_number=format_number(prefix, work.numbers.next("contract", prefix)),
            valid_from=cover_begins(quote.effective_date, signed_on=subscription.signed_on or work.today),
            signed=signed,
            by=manager_id,
            at=work.now,
        )
        note(work, quote, Happening.CONTRACT_CREATED)
        work.agenda.becomes_contract(quote.id, str(file.contract_number))
        broker = work.brokers.get(file.broker_id)
        if broker is None:
            raise NotFound("broker", file.broker_id)
        work.publish(
            "quoting.contract.created.v1",
            subject=str(file.contract_id),
            data=_clear(file, subscription, quote),
            sealed=_sealed(subscription, broker.email),
        )
        work.commit()
    return file


def _clear(file: MembershipFile, subscription: Subscription, quote: Quote) -> dict[str, Any]:
    return {
        "contract_id": file.contract_id,
        "number": file.contract_number,
        "subscription_id": subscription.id,
        "quote_id": quote.id,
        "broker_id": file.broker_id,
        "product_code": quote.product_code,
        "product_name": quote.product_name,
        "formula": quote.formula_label,
        "formula_level": quote.formula,
        "with_option": quote.with_option,
        "regime": quote.profile.regime,
        "monthly": quote.monthly,
        "valid_from": file.valid_from,
        "debit_day": subscription.payment.debit_day,
        "beneficiaries": [{"beneficiary_id": p.beneficiary_id, "role": p.role} for p in subscription.beneficiaries],
    }


def _sealed(subscription: Subscription, broker_email: str) -> dict[str, dict[str, Any]]:
    identity, payment = subscription.identity, subscription.payment
    benefit_iban = payment.benefit_iban or payment.iban
    return {
        "member": {
            "email": identity.email,
            "nir": subscription.main.nir,
            "iban": payment.iban,
            "account_holder": payment.account_holder,
            "benefit_iban": benefit_iban,
            "mandate": {
                "rum": subscription.mandate.rum,
                "ics": subscription.mandate.ics,
                "signed_on": subscription.signed_on,
            },
            "beneficiaries": [
                {**_person(p), "role": p.role, "civility": p.civility, "nir": p.nir} for p in subscription.beneficiaries
            ],
        },
        "claims": {
            "benefit_iban": benefit_iban,
            "account_holder": payment.account_holder,
            "beneficiaries": [_person(p) for p in subscription.beneficiaries],
        },
        "notifications": {
            "email": identity.email,
            "civility": identity.civility,
            "first_name": identity.first_name,
            "last_name": identity.last_name,
            "broker_email": broker_email,
        },
    }


def _person(person: Beneficiary) -> dict[str, Any]:
    return {
        "beneficiary_id": person.beneficiary_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date,
    }
