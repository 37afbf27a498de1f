"""The claim's drawing: each arrow once, everything else refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from claims.domain.claim import (
    ALLOWED,
    Benefit,
    CareInFuture,
    Claim,
    ClaimState,
    DocumentsMissing,
    IllegalMove,
    LinesMissing,
    NothingToPay,
    ReasonMissing,
    Recipient,
    StatementLine,
    open_claim,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def draft(care_date: date = TODAY) -> Claim:
    return open_claim(
        claim_id="k",
        contract_id="c",
        member_id="m",
        beneficiary_id="b",
        care_date=care_date,
        description="Consultation",
        now=NOW,
        today=TODAY,
    )


def line(mutual: str = "9.00") -> StatementLine:
    zero = Decimal("0.00")
    return StatementLine(
        position=0,
        act="generalist",
        label="Consultation",
        category="doctor",
        charge=None,
        care_date=TODAY,
        care_path="",
        expense=Decimal("30.00"),
        scheme_base=Decimal("30.00"),
        scheme_rate=Decimal(70),
        scheme_amount=Decimal("21.00"),
        mutual_rate=Decimal(30),
        mutual_amount=Decimal(mutual),
        other_insurers=zero,
        out_of_pocket=zero,
        forfait=zero,
        refusal=None,
        beneficiary_id="b",
    )


def benefit(amount: str = "9.00") -> Benefit:
    return Benefit(
        id="p",
        claim_id="k",
        order_reference="00000000007",
        amount=Decimal(amount),
        iban="FR7630003000011234567890189",
        account_holder="Anne Roche",
        recipient=Recipient.MEMBER,
        ordered_at=NOW,
        ordered_by="g",
    )


MOVES: dict[ClaimState, Callable[[Claim], object]] = {
    ClaimState.SUBMITTED: lambda c: c.submit(number=12, document_ids=["d1", "d2"], message=None, now=NOW),
    ClaimState.ACCEPTED: lambda c: c.accept(lines=[line()], manager_id="g", now=NOW),
    ClaimState.REFUSED: lambda c: c.refuse(reason="Facture illisible", manager_id="g", now=NOW),
    ClaimState.PAYMENT_ORDERED: lambda c: c.order_payment(benefit()),
    ClaimState.PAID: lambda c: c.record_payment(paid_on=TODAY, provider_reference="R1"),
}


@pytest.mark.parametrize("start", ClaimState)
@pytest.mark.parametrize("move", MOVES)
def test_only_the_drawn_moves_are_made(start: ClaimState, move: ClaimState) -> None:
    claim = draft()
    claim.state = start
    claim.benefit = benefit()

    if move in ALLOWED[start]:
        MOVES[move](claim)
        assert claim.state is move
    else:
        with pytest.raises(IllegalMove):
            MOVES[move](claim)
        assert claim.state is start


def test_the_reference_has_two_parts_once_payment_is_ordered() -> None:
    claim = draft()
    assert claim.reference is None
    MOVES[ClaimState.SUBMITTED](claim)
    assert claim.reference == "00000012"
    MOVES[ClaimState.ACCEPTED](claim)
    MOVES[ClaimState.PAYMENT_ORDERED](claim)
    assert claim.reference == "00000012/00000000007"


@pytest.mark.parametrize("count", [0, 11])
def test_a_claim_needs_one_to_ten_documents(count: int) -> None:
    with pytest.raises(DocumentsMissing):
        draft().submit(number=1, document_ids=[str(n) for n in range(count)], message=None, now=NOW)


@pytest.mark.parametrize("count", [1, 10])
def test_one_and_ten_documents_are_enough(count: int) -> None:
    claim = draft()
    claim.submit(number=1, document_ids=[str(n) for n in range(count)], message=None, now=NOW)
    assert len(claim.document_ids) == count


def test_the_same_document_twice_is_one_too_many() -> None:
    with pytest.raises(DocumentsMissing):
        draft().submit(number=1, document_ids=["d1", "d1"], message=None, now=NOW)


def test_care_of_tomorrow_cannot_be_claimed() -> None:
    with pytest.raises(CareInFuture):
        draft(date(2026, 11, 22))


def test_the_amount_is_what_the_lines_add_up_to() -> None:
    claim = draft()
    MOVES[ClaimState.SUBMITTED](claim)
    claim.accept(lines=[line("9.00"), line("6.90")], manager_id="g", now=NOW)
    assert claim.amount == Decimal("15.90")


def test_a_decision_says_why_or_what() -> None:
    claim = draft()
    MOVES[ClaimState.SUBMITTED](claim)
    with pytest.raises(ReasonMissing):
        claim.refuse(reason=None, manager_id="g", now=NOW)
    with pytest.raises(LinesMissing):
        claim.accept(lines=[], manager_id="g", now=NOW)
    assert claim.state is ClaimState.SUBMITTED


def test_nothing_is_not_paid() -> None:
    claim = draft()
    MOVES[ClaimState.SUBMITTED](claim)
    claim.accept(lines=[line("0.00")], manager_id="g", now=NOW)
    with pytest.raises(NothingToPay):
        claim.order_payment(benefit("0.00"))
