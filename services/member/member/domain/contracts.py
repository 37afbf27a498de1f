"""The member's contract as quoting created it: covers, people covered, bank accounts and the mandate to debit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class ContractStatus(StrEnum):
    """Withdrawal and termination come with the requests."""

    ACTIVE = "active"


class BeneficiaryRole(StrEnum):
    """Who is covered: the member himself, his spouse, a child."""

    MAIN = "main"
    SPOUSE = "spouse"
    CHILD = "child"


class AccountUse(StrEnum):
    """What a bank account serves for: contributions are debited from one, benefits are paid to the other."""

    CONTRIBUTION = "contribution"
    BENEFIT = "benefit"


@dataclass
class Contract:
    """`monthly` is in euros; `valid_from` is a date in Paris; `formula_level` is the number in the formula's name."""

    id: str
    tenant: str
    member_id: str
    subscription_id: str
    broker_id: str
    number: str
    product_code: str
    product_name: str
    formula: str
    formula_level: str
    with_option: bool
    regime: str
    monthly: Decimal
    valid_from: date
    debit_day: int
    created_at: datetime
    status: ContractStatus = ContractStatus.ACTIVE


@dataclass
class Beneficiary:
    """`nir` is the social-security number, closed in the database and masked wherever it is shown."""

    id: str
    tenant: str
    contract_id: str
    role: BeneficiaryRole
    civility: str | None
    first_name: str
    last_name: str
    birth_date: date
    nir: str | None


@dataclass
class BankAccount:
    """One per contract and use; both may hold the same IBAN."""

    id: str
    tenant: str
    contract_id: str
    use: AccountUse
    iban: str
    holder: str


@dataclass
class Mandate:
    """The SEPA mandate as signed: its reference (RUM), the creditor's identifier (ICS) and the day."""

    rum: str
    tenant: str
    contract_id: str
    ics: str
    signed_on: date


def masked_nir(nir: str) -> str:
    """Return a social-security number with sex, year and month only: `1 85 05 •• ••• ••• ••`."""
    digits = "".join(nir.split())
    return f"{digits[:1]} {digits[1:3]} {digits[3:5]} •• ••• ••• ••"


def masked_iban(iban: str) -> str:
    """Return an IBAN with its country, check digits and last four characters only, in groups of four."""
    text = "".join(iban.split())
    hidden = text[:4] + "•" * (len(text) - 8) + text[-4:]
    return " ".join(hidden[start : start + 4] for start in range(0, len(hidden), 4))
