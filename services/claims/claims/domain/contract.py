"""The part of a contract that claims needs: who is covered, since when, at which level. Others own the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

MAIN = "main"


@dataclass(eq=False)
class Beneficiary:
    """A person covered by a contract. Names and birth date are personal and stored closed."""

    id: str
    contract_id: str
    role: str
    first_name: str
    last_name: str
    birth_date: date
    tenant: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class OutsideCover(Exception):
    """The care was given when the contract was not in force."""

    def __init__(self, contract: Contract, care_date: date) -> None:
        super().__init__(f"{contract.id} on {care_date}")
        self.number = contract.number
        self.care_date = care_date
        self.valid_from = contract.valid_from
        self.valid_until = contract.valid_until


@dataclass(eq=False)
class Contract:
    """Fed by two publishers in either order: quoting says what is covered, member says whose contract it is."""

    id: str
    tenant: str = ""
    member_id: str | None = None
    broker_id: str | None = None
    number: str = ""
    status: str = "active"
    product_code: str | None = None
    product_name: str | None = None
    formula: str | None = None
    formula_level: str | None = None
    regime: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    benefit_iban: str | None = None
    account_holder: str | None = None
    beneficiaries: list[Beneficiary] = field(default_factory=list)
    version: int = 0

    @property
    def complete(self) -> bool:
        """Both publishers have spoken: only then can a member claim on it."""
        return self.member_id is not None and self.product_code is not None

    def covers(self, day: date) -> bool:
        """Say whether the contract was in force on `day`; both ends of the cover are inside."""
        if self.valid_from is None or day < self.valid_from:
            return False
        return self.valid_until is None or day <= self.valid_until

    def refuse_outside_cover(self, care_date: date) -> None:
        """Raise `OutsideCover` for care given when the contract was not in force (F-349)."""
        if not self.covers(care_date):
            raise OutsideCover(self, care_date)

    @property
    def family(self) -> list[Beneficiary]:
        """The covered people, the main one first, then by age."""
        return sorted(self.beneficiaries, key=lambda person: (person.role != MAIN, person.birth_date))

    def beneficiary(self, beneficiary_id: str) -> Beneficiary | None:
        return next((person for person in self.beneficiaries if person.id == beneficiary_id), None)


def masked_iban(iban: str) -> str:
    """Return the shortened account number of a statement: « FR7630003… »."""
    return f"{iban[:9]}…"
