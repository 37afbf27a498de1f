"""What the use cases need of the outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, Self

from claims.domain.claim import Claim
from claims.domain.contract import Contract
from claims.domain.settlement import Settlement
from claims.domain.statement import Consumed
from plumbing.unit_of_work import Work as PlumbingWork


@dataclass(eq=False)
class ReceivedDocument:
    """A file that documents stored for a claim; `owner` is who sent it, « member:<id> »."""

    id: str
    claim_id: str
    owner: str
    media_type: str
    size: int
    stored_at: datetime
    tenant: str = ""


class Contracts(Protocol):
    def add(self, contract: Contract) -> None: ...
    def find(self, contract_id: str) -> Contract | None: ...
    def get(self, contract_id: str) -> Contract:
        """NotFound("contract") for an unknown one."""
        ...


class Claims(Protocol):
    def add(self, claim: Claim) -> None: ...
    def get(self, claim_id: str) -> Claim:
        """Return the claim, locked until the transaction ends; NotFound("claim") for an unknown one."""
        ...

    def consumed_by(self, beneficiary_id: str) -> Consumed:
        """Return what the decided claims of a person used up; until the transaction ends nobody else is told."""
        ...


class ReceivedDocuments(Protocol):
    def add(self, document: ReceivedDocument) -> None: ...
    def of_claim(self, claim_id: str, document_ids: Sequence[str]) -> list[ReceivedDocument]: ...


class Settlements(Protocol):
    def add(self, settlement: Settlement) -> None: ...
    def find(self, partner: str, reference: str) -> Settlement | None: ...


class Numbers(Protocol):
    def next(self, series: str) -> int:
        """Return 1, 2, 3 … per tenant and series; a number is given once, gaps only come from what was rolled back."""
        ...


class Work(PlumbingWork, Protocol):
    @property
    def contracts(self) -> Contracts: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def documents(self) -> ReceivedDocuments: ...
    @property
    def settlements(self) -> Settlements: ...
    @property
    def numbers(self) -> Numbers: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *failure: object) -> None: ...


Begin = Callable[[], Work]


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What a payments provider is asked to pay, in euros. It sees each tenant and reference once."""

    tenant: str
    reference: str
    amount: Decimal
    iban: str
    account_holder: str
    label: str
    ordered_on: date


@dataclass(frozen=True, slots=True)
class PaymentReceipt:
    """The provider's answer; the same order gets the same answer again."""

    provider_reference: str
    paid_on: date


class PaymentRefused(Exception):
    """The provider will never pay this order; `code` is its reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Payments(Protocol):
    """Pays benefits. Any other exception than `PaymentRefused` means « perhaps later »."""

    def pay(self, order: PaymentOrder) -> PaymentReceipt: ...
