"""A manager's decision on a submitted claim."""

from __future__ import annotations

from collections.abc import Sequence

from claims.domain.claim import Claim, ClaimState, Outcome
from claims.domain.parameters import Parameters
from claims.domain.statement import Entry, compute_lines
from claims.usecases.ports import Begin, Work
from plumbing.errors import NotFound
from plumbing.ids import new_id


def accept_claim(
    *, uow: Begin, claim_id: str, manager_id: str, entries: Sequence[Entry], parameters: Parameters
) -> Claim:
    """Accept the claim with the acts the manager entered; what each is worth is computed here.

    Raises NotFound("claim"), `IllegalMove` when it was decided before, `LinesMissing` and the errors of
    `compute_lines`.
    """
    with uow() as work:
        claim = work.claims.get(claim_id)
        claim.refuse_move(ClaimState.ACCEPTED)
        contract = work.contracts.get(claim.contract_id)
        beneficiary = contract.beneficiary(claim.beneficiary_id)
        if beneficiary is None:
            raise NotFound("beneficiary", claim.beneficiary_id)
        lines = compute_lines(
            entries=entries,
            contract=contract,
            beneficiary=beneficiary,
            parameters=parameters,
            consumed=work.claims.consumed_by(claim.beneficiary_id),
            today=work.today,
        )
        for line in lines:
            line.id, line.claim_id = new_id(), claim.id
        claim.accept(lines=lines, manager_id=manager_id, now=work.now)
        _announce(work, claim, Outcome.ACCEPTED)
        work.commit()
    return claim


def refuse_claim(*, uow: Begin, claim_id: str, manager_id: str, reason: str | None) -> Claim:
    """Refuse the claim with a reason for the member.

    Raises NotFound("claim"), `IllegalMove` when it was decided before, `ReasonMissing`.
    """
    with uow() as work:
        claim = work.claims.get(claim_id)
        claim.refuse(reason=reason, manager_id=manager_id, now=work.now)
        _announce(work, claim, Outcome.REFUSED)
        work.commit()
    return claim


def _announce(work: Work, claim: Claim, outcome: Outcome) -> None:
    work.publish(
        "claims.claim.decided.v1",
        subject=claim.id,
        data={
            "claim_id": claim.id,
            "contract_id": claim.contract_id,
            "member_id": claim.member_id,
            "outcome": outcome,
            "amount": claim.amount,
        },
    )
