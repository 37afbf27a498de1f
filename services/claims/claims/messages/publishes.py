"""The events that claims publishes. Ids, codes, dates and amounts: nothing of what was treated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.domain.claim import Outcome
from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema

EVENTS = EventRegistry("claims")

_CLAIM = {
    "claim_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c01",
    "contract_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c02",
    "member_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c03",
}


class ClaimSubmitted(Schema):
    """A member sent a claim with its documents."""

    claim_id = fields.Id(required=True)
    contract_id = fields.Id(required=True)
    member_id = fields.Id(required=True)


class ClaimDecided(ClaimSubmitted):
    """A manager decided; the amount is 0.00 for a refusal."""

    outcome = fields.Choice(Outcome, required=True)
    amount = fields.Amount(required=True)


class BenefitPaid(ClaimSubmitted):
    """The payments provider took the order."""

    benefit_id = fields.Id(required=True)
    amount = fields.Amount(minimum="0.01", required=True)
    paid_on = fields.Day(required=True)


EVENTS.declare(
    "claims.claim.submitted.v1",
    data=ClaimSubmitted(),
    summary="A member sent a reimbursement claim with its documents",
    example=_CLAIM,
    heard_by=("notifications", "documents", "partners"),
)

EVENTS.declare(
    "claims.claim.decided.v1",
    data=ClaimDecided(),
    summary="A manager accepted or refused a claim",
    example={**_CLAIM, "outcome": "accepted", "amount": Decimal("25.20")},
    heard_by=("notifications", "partners"),
)

EVENTS.declare(
    "claims.benefit.paid.v1",
    data=BenefitPaid(),
    summary="The benefit of an accepted claim was paid",
    example={
        **_CLAIM,
        "benefit_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c04",
        "amount": Decimal("25.20"),
        "paid_on": date(2026, 11, 23),
    },
    heard_by=("notifications", "partners"),
)
