"""Start a claim as a draft."""

from __future__ import annotations

from datetime import date

from claims.domain.claim import Claim
from claims.domain.claim import open_claim as start
from claims.usecases.ports import Begin
from plumbing.errors import NotFound
from plumbing.ids import new_id


class BeneficiaryUnknown(Exception):
    """The contract covers no such person."""


def open_claim(
    *, uow: Begin, member_id: str, contract_id: str, beneficiary_id: str, care_date: date, description: str
) -> Claim:
    """Open a draft on the member's own contract.

    Raises NotFound("contract") also for somebody else's, `BeneficiaryUnknown`, `CareInFuture`, `OutsideCover`.
    """
    with uow() as work:
        contract = work.contracts.get(contract_id)
        if not contract.complete or contract.member_id != member_id:
            raise NotFound("contract", contract_id)
        if contract.beneficiary(beneficiary_id) is None:
            raise BeneficiaryUnknown(beneficiary_id)
        claim = start(
            claim_id=new_id(),
            contract_id=contract_id,
            member_id=member_id,
            beneficiary_id=beneficiary_id,
            care_date=care_date,
            description=description,
            now=work.now,
            today=work.today,
        )
        contract.refuse_outside_cover(care_date)
        work.claims.add(claim)
        work.remember(claim.id)
        work.commit()
    return claim
