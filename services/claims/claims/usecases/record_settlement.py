"""Keep what a partner settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.domain.settlement import settle
from claims.usecases.ports import Begin
from plumbing.ids import new_id


class ContractNotHeard(Exception):
    """We have not heard of the contract: a partner who hears it at the same time as we do may be quicker."""


def record_settlement(
    *,
    uow: Begin,
    partner: str,
    reference: str,
    contract_id: str,
    claim_id: str | None,
    amount: Decimal,
    settled_on: date,
) -> None:
    """Keep the settlement once, however often it is told.

    `ContractNotHeard` is worth another try; NotFound("claim") and the refusals of `settle` and `refuse_another` are
    not: claims knows its own claims first.
    """
    with uow() as work:
        contract = work.contracts.find(contract_id)
        if contract is None:
            raise ContractNotHeard(contract_id)
        settlement = settle(
            settlement_id=new_id(),
            partner=partner,
            reference=reference,
            contract=contract,
            claim=work.claims.get(claim_id) if claim_id else None,
            amount=amount,
            settled_on=settled_on,
            now=work.now,
            today=work.today,
        )
        known = work.settlements.find(partner, reference)
        if known is None:
            work.settlements.add(settlement)
        else:
            known.refuse_another(settlement)
        work.commit()
