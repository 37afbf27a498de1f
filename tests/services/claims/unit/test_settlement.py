"""What is believed of another insurer's money."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from claims.domain.claim import Claim, ClaimState
from claims.domain.contract import Contract
from claims.domain.settlement import (
    NothingDue,
    OfAnotherContract,
    ReferenceTaken,
    SettledInFuture,
    Settlement,
    settle,
)

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def claim(state: ClaimState, contract_id: str = "contract-1") -> Claim:
    return Claim(
        id="claim-1",
        contract_id=contract_id,
        member_id="member-1",
        beneficiary_id="beneficiary-1",
        care_date=TODAY,
        description="Consultation",
        created_at=NOW,
        state=state,
    )


def settled(**changes: Any) -> Settlement:
    facts: dict[str, Any] = {
        "settlement_id": "settlement-1",
        "partner": "brume",
        "reference": "BR-1",
        "contract": Contract(id="contract-1"),
        "claim": None,
        "amount": Decimal("25.20"),
        "settled_on": TODAY,
        "now": NOW,
        "today": TODAY,
        **changes,
    }
    return settle(**facts)


def test_a_contract_as_a_whole_may_be_settled() -> None:
    settlement = settled()
    assert (settlement.contract_id, settlement.claim_id, settlement.received_at) == ("contract-1", None, NOW)


@pytest.mark.parametrize("state", ClaimState)
def test_a_claim_is_settled_once_it_was_accepted(state: ClaimState) -> None:
    if state in {ClaimState.ACCEPTED, ClaimState.PAYMENT_ORDERED, ClaimState.PAID}:
        assert settled(claim=claim(state)).claim_id == "claim-1"
    else:
        with pytest.raises(NothingDue, match=str(state)):
            settled(claim=claim(state))


def test_a_claim_of_another_contract_is_refused() -> None:
    with pytest.raises(OfAnotherContract):
        settled(claim=claim(ClaimState.PAID, "contract-2"))


def test_tomorrow_is_refused() -> None:
    with pytest.raises(SettledInFuture):
        settled(settled_on=date(2026, 11, 22))


def test_a_reference_names_one_settlement() -> None:
    known = settled()
    known.refuse_another(settled(settlement_id="settlement-2"))
    for change in (
        {"amount": Decimal("25.21")},
        {"settled_on": date(2026, 11, 20)},
        {"contract": Contract(id="contract-2")},
        {"claim": claim(ClaimState.PAID)},
    ):
        with pytest.raises(ReferenceTaken, match="BR-1"):
            known.refuse_another(settled(**change))
