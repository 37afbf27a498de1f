"""Note that the payments provider took an order."""

from __future__ import annotations

from claims.domain.claim import Claim
from claims.usecases.ports import Begin, PaymentReceipt


def record_payment(*, uow: Begin, claim_id: str, receipt: PaymentReceipt) -> Claim:
    """Close the claim as paid and tell the member's other services. `IllegalMove` when no payment is under way."""
    with uow() as work:
        claim = work.claims.get(claim_id)
        benefit = claim.record_payment(paid_on=receipt.paid_on, provider_reference=receipt.provider_reference)
        work.publish(
            "claims.benefit.paid.v1",
            subject=claim.id,
            data={
                "benefit_id": benefit.id,
                "claim_id": claim.id,
                "contract_id": claim.contract_id,
                "member_id": claim.member_id,
                "amount": benefit.amount,
                "paid_on": benefit.paid_on,
            },
        )
        work.commit()
    return claim
