"""How claims, statements and contracts are written for their readers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from claims.adapters.queries import Filed
from claims.api.errors import REFUSALS
from claims.domain.claim import Benefit, ClaimState, Recipient, StatementLine
from claims.domain.contract import Contract, masked_iban
from claims.domain.parameters import Parameters
from claims.domain.reimbursement import Refusal
from claims.domain.statement import total_of
from plumbing.clock import paris_date

ONE = Decimal("1.00")
# The mutuelle's base is printed as 0,00 whatever was reimbursed: the column belongs to the layout members know.
PRINTED_BASE = Decimal("0.00")

STATES = {
    ClaimState.DRAFT: "Brouillon",
    ClaimState.SUBMITTED: "Envoyée",
    ClaimState.ACCEPTED: "Acceptée",
    ClaimState.REFUSED: "Refusée",
    ClaimState.PAYMENT_ORDERED: "Règlement en cours",
    ClaimState.PAID: "Réglée",
}
RECIPIENTS = {Recipient.MEMBER: "Mutualiste", Recipient.PROVIDER: "Tiers"}
CAUSE = "Frais de santé"
"""Why any claim is filed here, in the words that a broker is told: the care itself is health data."""
PAYMENTS = {Recipient.MEMBER: "Règlement à l’assuré", Recipient.PROVIDER: "Règlement au tiers"}


def summary_view(filed: Filed) -> dict[str, Any]:
    """Return a claim as a line of a list."""
    claim, contract = filed.claim, filed.contract
    person = contract.beneficiary(claim.beneficiary_id)
    return {
        "id": claim.id,
        "reference": claim.reference,
        "state": claim.state,
        "state_label": STATES[claim.state],
        "contract_id": claim.contract_id,
        "contract_number": contract.number,
        "beneficiary": {"beneficiary_id": claim.beneficiary_id, "name": person.name if person else ""},
        "care_date": claim.care_date,
        "created_at": claim.created_at,
        "received_on": paris_date(claim.submitted_at) if claim.submitted_at else None,
        "decided_on": paris_date(claim.decided_at) if claim.decided_at else None,
        "paid_on": claim.benefit.paid_on if claim.benefit else None,
        "amount": claim.amount,
        "recipient": RECIPIENTS[claim.benefit.recipient] if claim.benefit else None,
    }


def clients_claim_view(filed: Filed) -> dict[str, Any]:
    """Return a claim as the member's broker sees it: who was treated, of what and for how much is not his to know."""
    summary = summary_view(filed)
    kept = ("id", "reference", "state", "state_label", "contract_number", "received_on")
    shown = {name: summary[name] for name in kept}
    return {**shown, "product_name": filed.contract.product_name, "cause": CAUSE}


def claim_view(filed: Filed) -> dict[str, Any]:
    """Return a claim with its statement and payment."""
    claim = filed.claim
    return {
        **summary_view(filed),
        "product_name": filed.contract.product_name,
        "formula": filed.contract.formula,
        "description": claim.description,
        "message": claim.message,
        "document_ids": claim.document_ids,
        "refusal_reason": claim.refusal_reason,
        "lines": [_line_view(line) for line in claim.lines],
        "totals": total_of(claim.lines) if claim.lines else None,
        "payment": _payment_view(claim.benefit) if claim.benefit else None,
    }


def _line_view(line: StatementLine) -> dict[str, Any]:
    return {
        "act": line.act,
        "label": line.label,
        "care_date": line.care_date,
        "care_path": line.care_path,
        "quantity": ONE,
        "expense": line.expense,
        "scheme": {"base": line.scheme_base, "rate": _rate(line.scheme_rate), "amount": line.scheme_amount},
        "mutual": {"base": PRINTED_BASE, "rate": _rate(line.mutual_rate), "amount": line.mutual_amount},
        "other_insurers": line.other_insurers,
        "out_of_pocket": line.out_of_pocket,
        "refusal": {"code": line.refusal, "detail": REFUSALS[Refusal(line.refusal)]} if line.refusal else None,
    }


def _payment_view(benefit: Benefit) -> dict[str, Any]:
    return {
        "benefit_id": benefit.id,
        "order_reference": benefit.order_reference,
        "amount": benefit.amount,
        "label": PAYMENTS[benefit.recipient],
        "iban": masked_iban(benefit.iban),
        "ordered_at": benefit.ordered_at,
        "paid_on": benefit.paid_on,
    }


def _rate(percentage: Decimal) -> str:
    return f"{percentage:.2f}"


def contract_view(contract: Contract) -> dict[str, Any]:
    """Return a contract as its member sees it when he claims."""
    return {
        "contract_id": contract.id,
        "number": contract.number,
        "product_name": contract.product_name,
        "formula": contract.formula,
        "valid_from": contract.valid_from,
        "valid_until": contract.valid_until,
        "benefit_account": masked_iban(contract.benefit_iban) if contract.benefit_iban else None,
        "beneficiaries": [
            {
                "beneficiary_id": person.id,
                "role": person.role,
                "first_name": person.first_name,
                "last_name": person.last_name,
            }
            for person in contract.family
        ],
    }


def act_views(parameters: Parameters, day: date) -> list[dict[str, Any]]:
    """Return the acts that can be entered, with the base in force on `day`."""
    return [
        {
            "act": act.code,
            "label": act.label,
            "asks_optam": act.practitioner,
            "base": parameters.bases.find(day, act.code, "optam"),
        }
        for act in parameters.acts.values()
    ]
