"""The events that claims hears, and the little it reads of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE

from claims.domain.contract import Beneficiary
from claims.domain.settlement import NothingDue, OfAnotherContract, ReferenceTaken, SettledInFuture
from claims.usecases.ports import ReceivedDocument
from claims.usecases.record_contract import Cover, record_cover, record_holder
from claims.usecases.record_document import record_document
from claims.usecases.record_settlement import record_settlement
from plumbing.consumer import Context, Event, Subscriptions
from plumbing.errors import NotFound, Permanent
from plumbing.http import fields
from plumbing.http.schema import Schema

SUBSCRIPTIONS = Subscriptions("claims")
CLAIM_SUBJECT = "claim:"


class _Read(Schema):
    """Another service's words: what we do not read is left aside."""

    class Meta:
        unknown = EXCLUDE


class CoveredPerson(_Read):
    """Who is covered, and as what."""

    beneficiary_id = fields.Id(required=True)
    role = fields.Text(max=20, required=True)


class ContractCreated(_Read):
    """What we read of quoting.contract.created.v1."""

    contract_id = fields.Id(required=True)
    broker_id = fields.Id(load_default=None)
    number = fields.Text(max=40, required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(required=True)
    formula_level = fields.Text(max=60, required=True)
    regime = fields.Text(max=60, required=True)
    valid_from = fields.Day(required=True)
    beneficiaries = fields.List(fields.Nested(CoveredPerson()), required=True, min=1)


class PersonalDetails(_Read):
    """A covered person's name and age, sealed for us."""

    beneficiary_id = fields.Id(required=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    birth_date = fields.Day(required=True)


class BenefitDetails(_Read):
    """Where benefits go and who may have them, sealed for us."""

    benefit_iban = fields.Text(max=42, required=True, allow_none=True)
    account_holder = fields.Text(required=True, allow_none=True)
    beneficiaries = fields.List(fields.Nested(PersonalDetails()), required=True, min=1)


class ContractChanged(_Read):
    """What we read of member.contract.changed.v1."""

    contract_id = fields.Id(required=True)
    member_id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)
    status = fields.Text(max=40, required=True)
    valid_from = fields.Day(required=True)


class DocumentStored(_Read):
    """What we read of documents.document.stored.v1."""

    document_id = fields.Id(required=True)
    subject = fields.Text(max=80, required=True)
    owner = fields.Text(max=80, required=True)
    media_type = fields.Text(max=100, required=True)
    size = fields.Integer(required=True)


class SettlementMade(_Read):
    """What a partner says he settled; the reference is his own and names one settlement."""

    reference = fields.Text(max=80, required=True)
    contract_id = fields.Id(required=True)
    claim_id = fields.Id(load_default=None, allow_none=True)
    amount = fields.Amount(minimum="0.01", required=True)
    settled_on = fields.Day(required=True)


@SUBSCRIPTIONS.on("quoting.contract.created.v1", schema=ContractCreated(), sealed=BenefitDetails())
def contract_created(event: Event, context: Context) -> None:
    """« Adhésion créée »: from now on there is something to claim on."""
    data, sealed = event.data, event.sealed
    roles = {person["beneficiary_id"]: person["role"] for person in data["beneficiaries"]}
    details: list[dict[str, Any]] = sealed["beneficiaries"]
    if {person["beneficiary_id"] for person in details} != set(roles):
        raise Permanent("the clear and the sealed part name different beneficiaries")
    cover = Cover(
        contract_id=data["contract_id"],
        broker_id=data["broker_id"],
        number=data["number"],
        product_code=data["product_code"],
        product_name=data["product_name"],
        formula=data["formula"],
        formula_level=data["formula_level"],
        regime=data["regime"],
        valid_from=data["valid_from"],
        benefit_iban=sealed["benefit_iban"],
        account_holder=sealed["account_holder"],
        beneficiaries=[
            Beneficiary(
                id=person["beneficiary_id"],
                contract_id=data["contract_id"],
                role=roles[person["beneficiary_id"]],
                first_name=person["first_name"],
                last_name=person["last_name"],
                birth_date=person["birth_date"],
            )
            for person in details
        ],
    )
    record_cover(uow=context.uow, cover=cover)


@SUBSCRIPTIONS.on("member.contract.changed.v1", schema=ContractChanged(), latest_wins=True)
def contract_changed(event: Event, context: Context) -> None:
    """Whose contract it is, and since when."""
    record_holder(uow=context.uow, **event.data)


@SUBSCRIPTIONS.on("documents.document.stored.v1", schema=DocumentStored())
def document_stored(event: Event, context: Context) -> None:
    """A file came in; only those sent for a claim are ours."""
    data = event.data
    subject: str = data["subject"]
    if not subject.startswith(CLAIM_SUBJECT):
        return
    document = ReceivedDocument(
        id=data["document_id"],
        claim_id=subject.removeprefix(CLAIM_SUBJECT),
        owner=data["owner"],
        media_type=data["media_type"],
        size=data["size"],
        stored_at=event.time,
    )
    record_document(uow=context.uow, document=document)


@SUBSCRIPTIONS.on_partner(
    "settlement.made.v1",
    schema=SettlementMade(),
    summary="A partner settled his part of a contract or of a claim",
    example={
        "reference": "BR-2026-000417",
        "contract_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c02",
        "claim_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c01",
        "amount": Decimal("25.20"),
        "settled_on": date(2026, 11, 2),
    },
)
def settlement_made(event: Event, context: Context) -> None:
    """A partner's money: kept once under his reference, and parked when it cannot be true."""
    try:
        record_settlement(uow=context.uow, partner=event.partner or "", **event.data)
    except (NotFound, NothingDue, OfAnotherContract, ReferenceTaken, SettledInFuture) as refusal:
        raise Permanent(str(refusal)) from refusal
