"""The events that member hears, and the little it reads of them."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE

from member.domain.contracts import BeneficiaryRole
from member.domain.people import Details
from member.usecases.open_account import SubmittedSubscription, open_account
from member.usecases.record_contract import CoveredPerson, CreatedContract, SignedMandate, record_contract
from plumbing.clock import paris_date
from plumbing.consumer import Context, Event, Subscriptions
from plumbing.errors import Permanent
from plumbing.http import fields
from plumbing.http.schema import Schema

SUBSCRIPTIONS = Subscriptions("member")


class _Read(Schema):
    """Another service's words: what we do not read is left aside."""

    class Meta:
        unknown = EXCLUDE


class Submitted(_Read):
    """What we read of quoting.subscription.submitted.v1."""

    subscription_id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    signature_mode = fields.Text(max=20, required=True)
    teletransmission = fields.Boolean(required=True)
    marketing_objection = fields.Boolean(required=True)


class Subscriber(_Read):
    """The client's details, sealed for us."""

    civility = fields.Text(max=20, load_default=None, allow_none=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    birth_name = fields.Text(load_default=None, allow_none=True)
    birth_date = fields.Day(required=True)
    email = fields.Email(required=True)
    mobile = fields.Text(max=30, load_default=None, allow_none=True)
    address = fields.Text(load_default=None, allow_none=True)
    address_extra = fields.Text(load_default=None, allow_none=True)
    postcode = fields.Text(max=10, load_default=None, allow_none=True)
    town = fields.Text(load_default=None, allow_none=True)
    country = fields.Text(max=100, load_default=None, allow_none=True)


class Created(_Read):
    """What we read of quoting.contract.created.v1."""

    contract_id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)
    subscription_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(max=60, required=True)
    formula_level = fields.Text(max=20, required=True)
    with_option = fields.Boolean(required=True)
    regime = fields.Text(max=60, required=True)
    monthly = fields.Amount(required=True)
    valid_from = fields.Day(required=True)
    debit_day = fields.Integer(minimum=1, maximum=28, required=True)


class Covered(_Read):
    """One person covered."""

    beneficiary_id = fields.Id(required=True)
    role = fields.Choice(BeneficiaryRole, required=True)
    civility = fields.Text(max=20, load_default=None, allow_none=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    birth_date = fields.Day(required=True)
    nir = fields.Text(max=30, load_default=None, allow_none=True)


class Signed(_Read):
    """The mandate to debit."""

    rum = fields.Text(max=35, required=True)
    ics = fields.Text(max=35, required=True)
    signed_on = fields.Day(required=True)


class ContractDetails(_Read):
    """Who and which accounts, sealed for us."""

    email = fields.Email(required=True)
    nir = fields.Text(max=30, required=True)
    iban = fields.Text(max=42, required=True)
    account_holder = fields.Text(required=True)
    benefit_iban = fields.Text(max=42, load_default=None, allow_none=True)
    mandate = fields.Nested(Signed(), required=True)
    beneficiaries = fields.List(fields.Nested(Covered()), required=True, min=1)


@SUBSCRIPTIONS.on("quoting.subscription.submitted.v1", schema=Submitted(), sealed=Subscriber())
def subscription_submitted(event: Event, context: Context) -> None:
    """The client has given his details: he gets an account, not yet a link."""
    data = event.data
    submitted = SubmittedSubscription(
        id=data["subscription_id"],
        person_id=data["person_id"],
        submitted_on=paris_date(event.time),
        signature_mode=data["signature_mode"],
        teletransmission=data["teletransmission"],
        marketing_objection=data["marketing_objection"],
        details=Details(**event.sealed),
    )
    open_account(submitted=submitted, uow=context.uow)


@SUBSCRIPTIONS.on("quoting.contract.created.v1", schema=Created(), sealed=ContractDetails())
def contract_created(event: Event, context: Context) -> None:
    """« Adhésion créée »: the contract is ours from here on."""
    sealed = event.sealed
    covered = [_covered(person) for person in sealed["beneficiaries"]]
    if [person.role for person in covered].count(BeneficiaryRole.MAIN) != 1:
        raise Permanent("a contract covers one main person")
    facts: dict[str, Any] = {name: value for name, value in event.data.items() if name != "contract_id"}
    created = CreatedContract(
        id=event.data["contract_id"],
        **facts,
        email=sealed["email"],
        nir=sealed["nir"],
        iban=sealed["iban"],
        account_holder=sealed["account_holder"],
        benefit_iban=sealed["benefit_iban"],
        mandate=SignedMandate(**sealed["mandate"]),
        beneficiaries=covered,
    )
    record_contract(created=created, uow=context.uow, secrets=context.services.secrets)


def _covered(person: dict[str, Any]) -> CoveredPerson:
    facts = {name: value for name, value in person.items() if name != "beneficiary_id"}
    return CoveredPerson(id=person["beneficiary_id"], **facts)
