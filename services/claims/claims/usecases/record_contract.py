"""Keep what claims needs of a contract. Two services speak of it and either may be heard first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claims.domain.contract import Beneficiary, Contract
from claims.usecases.ports import Begin, Work


@dataclass(frozen=True, slots=True)
class Cover:
    """What quoting said of a created contract."""

    contract_id: str
    broker_id: str | None
    number: str
    product_code: str
    product_name: str
    formula: str
    formula_level: str
    regime: str
    valid_from: date
    benefit_iban: str | None
    account_holder: str | None
    beneficiaries: Sequence[Beneficiary]


def record_cover(*, uow: Begin, cover: Cover) -> None:
    """Keep who is covered and at which level."""
    with uow() as work:
        contract = _found_or_new(work, cover.contract_id)
        if contract.valid_from is None:
            contract.valid_from = cover.valid_from
        contract.broker_id = cover.broker_id
        contract.number = contract.number or cover.number
        contract.product_code = cover.product_code
        contract.product_name = cover.product_name
        contract.formula = cover.formula
        contract.formula_level = cover.formula_level
        contract.regime = cover.regime
        contract.benefit_iban = cover.benefit_iban
        contract.account_holder = cover.account_holder
        known = {person.id for person in contract.beneficiaries}
        contract.beneficiaries.extend(person for person in cover.beneficiaries if person.id not in known)
        work.commit()


def record_holder(*, uow: Begin, contract_id: str, member_id: str, number: str, status: str, valid_from: date) -> None:
    """Keep whose contract it is. member owns the contract from here on, so its dates replace quoting's."""
    with uow() as work:
        contract = _found_or_new(work, contract_id)
        contract.member_id = member_id
        contract.number = number
        contract.status = status
        contract.valid_from = valid_from
        work.commit()


def _found_or_new(work: Work, contract_id: str) -> Contract:
    contract = work.contracts.find(contract_id)
    if contract is None:
        contract = Contract(id=contract_id)
        work.contracts.add(contract)
    return contract
