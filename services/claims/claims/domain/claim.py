"""A reimbursement claim, from the member's draft to the money.

                 submit             decide               order_payment             record_payment
      draft ───────────▶ submitted ────────▶ accepted ────────────────▶ payment_ordered ─────────▶ paid
                             │
                             └──────────────▶ refused

`ALLOWED` is the same drawing as a table: whatever is not in it is refused with `IllegalMove`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

MOST_DOCUMENTS = 10


class ClaimState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PAYMENT_ORDERED = "payment_ordered"
    PAID = "paid"


ALLOWED: Mapping[ClaimState, frozenset[ClaimState]] = {
    ClaimState.DRAFT: frozenset({ClaimState.SUBMITTED}),
    ClaimState.SUBMITTED: frozenset({ClaimState.ACCEPTED, ClaimState.REFUSED}),
    ClaimState.ACCEPTED: frozenset({ClaimState.PAYMENT_ORDERED}),
    ClaimState.PAYMENT_ORDERED: frozenset({ClaimState.PAID}),
    ClaimState.REFUSED: frozenset(),
    ClaimState.PAID: frozenset(),
}


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Recipient(StrEnum):
    """Who is paid: the member, or the provider under « tiers payant »."""

    MEMBER = "member"
    PROVIDER = "provider"


class IllegalMove(Exception):
    """The claim is not in a state from which this can be done."""

    def __init__(self, claim: Claim, wanted: ClaimState) -> None:
        super().__init__(f"claim {claim.id}: {claim.state} -> {wanted}")
        self.state = claim.state
        self.wanted = wanted


class DocumentsMissing(Exception):
    """A claim is submitted with one to ten distinct documents."""

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


class CareInFuture(Exception):
    """The care is dated after today."""

    def __init__(self, care_date: date) -> None:
        super().__init__(care_date.isoformat())
        self.care_date = care_date


class ReasonMissing(Exception):
    """A refusal without its reason says nothing to the member."""


class LinesMissing(Exception):
    """An acceptance needs at least one act."""


class NothingToPay(Exception):
    """The benefit amounts to 0.00 euro."""


class AccountMissing(Exception):
    """The contract has no account for benefits."""


@dataclass(eq=False)
class StatementLine:
    """One printed line of a statement. Rates are percentages as printed; `out_of_pocket` is left to the member.

    A flat charge is a line of its own: nothing spent, nothing repaid, its amount left to the member (F-257).
    """

    position: int
    act: str
    label: str
    category: str
    charge: str | None
    care_date: date
    care_path: str
    expense: Decimal
    scheme_base: Decimal
    scheme_rate: Decimal
    scheme_amount: Decimal
    mutual_rate: Decimal
    mutual_amount: Decimal
    other_insurers: Decimal
    out_of_pocket: Decimal
    forfait: Decimal
    refusal: str | None
    beneficiary_id: str
    id: str = ""
    claim_id: str = ""
    tenant: str = ""


@dataclass(eq=False)
class Benefit:
    """The payment of a claim: ordered once, under a reference that the payments provider sees only once."""

    id: str
    claim_id: str
    order_reference: str
    amount: Decimal
    iban: str
    account_holder: str
    recipient: Recipient
    ordered_at: datetime
    ordered_by: str
    paid_on: date | None = None
    provider_reference: str | None = None
    tenant: str = ""


@dataclass(eq=False)
class Claim:
    """`description`, `message` and the reason of a refusal may speak of health and are stored closed."""

    id: str
    contract_id: str
    member_id: str
    beneficiary_id: str
    care_date: date
    description: str
    created_at: datetime
    state: ClaimState = ClaimState.DRAFT
    number: int | None = None
    message: str | None = None
    document_ids: list[str] = field(default_factory=list)
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    refusal_reason: str | None = None
    amount: Decimal | None = None
    lines: list[StatementLine] = field(default_factory=list)
    benefit: Benefit | None = None
    tenant: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 1:
            raise ValueError("claims are numbered from 1")

    @property
    def reference(self) -> str | None:
        """The two-part reference of statement and payment: « 00000012/00000000007 » (F-253, F-272)."""
        if self.number is None:
            return None
        statement = f"{self.number:08d}"
        return f"{statement}/{self.benefit.order_reference}" if self.benefit else statement

    def submit(self, *, number: int, document_ids: Sequence[str], message: str | None, now: datetime) -> None:
        """Send the draft with its documents; it cannot be changed afterwards.

        `IllegalMove` when it was sent before, `DocumentsMissing` unless 1 to 10 distinct documents come with it.
        """
        self.refuse_move(ClaimState.SUBMITTED)
        if not 1 <= len(document_ids) <= MOST_DOCUMENTS or len(set(document_ids)) != len(document_ids):
            raise DocumentsMissing(len(document_ids))
        self.state = ClaimState.SUBMITTED
        self.number = number
        self.document_ids = list(document_ids)
        self.message = message
        self.submitted_at = now

    def accept(self, *, lines: Sequence[StatementLine], manager_id: str, now: datetime) -> None:
        """Decide in the member's favour: the amount is what the lines add up to, which may be 0.00."""
        self.refuse_move(ClaimState.ACCEPTED)
        if not lines:
            raise LinesMissing
        self.state = ClaimState.ACCEPTED
        self.lines = list(lines)
        self.amount = sum((line.mutual_amount for line in lines), Decimal("0.00"))
        self._decided(manager_id, now)

    def refuse(self, *, reason: str | None, manager_id: str, now: datetime) -> None:
        """Decide against the claim; `ReasonMissing` unless the member can be told why."""
        self.refuse_move(ClaimState.REFUSED)
        if not reason:
            raise ReasonMissing
        self.state = ClaimState.REFUSED
        self.refusal_reason = reason
        self.amount = Decimal("0.00")
        self._decided(manager_id, now)

    def order_payment(self, benefit: Benefit) -> None:
        """Attach the one benefit of this claim; `NothingToPay` when the statement adds up to nothing."""
        self.refuse_move(ClaimState.PAYMENT_ORDERED)
        if not benefit.amount:
            raise NothingToPay
        self.state = ClaimState.PAYMENT_ORDERED
        self.benefit = benefit

    def record_payment(self, *, paid_on: date, provider_reference: str) -> Benefit:
        """Note that the provider took the order, and return the benefit as paid."""
        self.refuse_move(ClaimState.PAID)
        assert self.benefit is not None
        self.state = ClaimState.PAID
        self.benefit.paid_on = paid_on
        self.benefit.provider_reference = provider_reference
        return self.benefit

    def refuse_move(self, wanted: ClaimState) -> None:
        """Raise `IllegalMove` unless the drawing has an arrow from the present state to `wanted`."""
        if wanted not in ALLOWED[self.state]:
            raise IllegalMove(self, wanted)

    def _decided(self, manager_id: str, now: datetime) -> None:
        self.decided_by = manager_id
        self.decided_at = now


def open_claim(
    *,
    claim_id: str,
    contract_id: str,
    member_id: str,
    beneficiary_id: str,
    care_date: date,
    description: str,
    now: datetime,
    today: date,
) -> Claim:
    """Start a draft; `CareInFuture` when the care is dated after `today`."""
    if care_date > today:
        raise CareInFuture(care_date)
    return Claim(
        id=claim_id,
        contract_id=contract_id,
        member_id=member_id,
        beneficiary_id=beneficiary_id,
        care_date=care_date,
        description=description,
        created_at=now,
    )
