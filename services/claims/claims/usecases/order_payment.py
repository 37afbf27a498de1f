"""Order the payment of an accepted claim."""

from __future__ import annotations

from claims.domain.claim import AccountMissing, Benefit, Claim, ClaimState, Recipient
from claims.usecases.ports import Begin
from plumbing.ids import new_id

PAY = "pay_benefit"


def order_payment(*, uow: Begin, claim_id: str, manager_id: str) -> Claim:
    """Order the benefit of an accepted claim; a job hands it to the payments provider.

    Raises NotFound("claim"), `IllegalMove`, `NothingToPay`, `AccountMissing`.
    """
    with uow() as work:
        claim = work.claims.get(claim_id)
        claim.refuse_move(ClaimState.PAYMENT_ORDERED)
        contract = work.contracts.get(claim.contract_id)
        if contract.benefit_iban is None or contract.account_holder is None:
            raise AccountMissing
        assert claim.amount is not None
        claim.order_payment(
            Benefit(
                id=new_id(),
                claim_id=claim.id,
                order_reference=f"{work.numbers.next('payment'):011d}",
                amount=claim.amount,
                iban=contract.benefit_iban,
                account_holder=contract.account_holder,
                recipient=Recipient.MEMBER,
                ordered_at=work.now,
                ordered_by=manager_id,
            )
        )
        work.schedule(PAY, {"claim_id": claim.id}, key=f"{PAY}:{claim.id}")
        work.commit()
    return claim
