"""What another insurer settles with us: his part of a contract's premium or of a claim's benefit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from claims.domain.claim import Claim, ClaimState
from claims.domain.contract import Contract

DUE = frozenset({ClaimState.ACCEPTED, ClaimState.PAYMENT_ORDERED, ClaimState.PAID})
"""A claim that nobody decided, or that was refused, costs nobody anything yet."""


class SettledInFuture(Exception):
    """The settlement is dated after today."""


class OfAnotherContract(Exception):
    """The claim was not filed on the contract that the settlement names."""


class NothingDue(Exception):
    """The claim was not decided in the member's favour."""


class ReferenceTaken(Exception):
    """The partner gave the same reference to another settlement before."""


@dataclass(eq=False)
class Settlement:
    """Money that a partner says he paid. `reference` is his own and names one settlement; without a claim it is for the
    contract as a whole."""

    id: str
    partner: str
    reference: str
    contract_id: str
    claim_id: str | None
    amount: Decimal
    settled_on: date
    received_at: datetime
    tenant: str = ""

    def refuse_another(self, told: Settlement) -> None:
        """Raise `ReferenceTaken` unless `told`, which has the same reference, says the same."""
        known, repeated = ((each.contract_id, each.claim_id, each.amount, each.settled_on) for each in (self, told))
        if repeated != known:
            raise ReferenceTaken(f"{self.partner} gave the reference {self.reference} to another settlement")


def settle(
    *,
    settlement_id: str,
    partner: str,
    reference: str,
    contract: Contract,
    claim: Claim | None,
    amount: Decimal,
    settled_on: date,
    now: datetime,
    today: date,
) -> Settlement:
    """Return what is kept of a partner's word; `SettledInFuture`, `OfAnotherContract`, `NothingDue`."""
    if settled_on > today:
        raise SettledInFuture(f"dated {settled_on}, and today is {today}")
    if claim is not None and claim.contract_id != contract.id:
        raise OfAnotherContract(f"claim {claim.id} is not of contract {contract.id}")
    if claim is not None and claim.state not in DUE:
        raise NothingDue(f"claim {claim.id} is {claim.state}")
    return Settlement(
        id=settlement_id,
        partner=partner,
        reference=reference,
        contract_id=contract.id,
        claim_id=claim.id if claim else None,
        amount=amount,
        settled_on=settled_on,
        received_at=now,
    )
