"""How rows are shown: dictionaries in the form of the answer schemas, numbers masked."""

from __future__ import annotations

from typing import Any

from member.adapters.queries import ContractView, Profile
from member.domain.contracts import AccountUse, BeneficiaryRole, masked_iban, masked_nir

_PROFILE = (
    "id",
    "role",
    "tenant",
    "state",
    "civility",
    "first_name",
    "last_name",
    "birth_name",
    "birth_date",
    "email",
    "mobile",
    "address",
    "address_extra",
    "postcode",
    "town",
    "country",
    "member_number",
    "company",
)
_CONTRACT = (
    "id",
    "number",
    "status",
    "product_code",
    "product_name",
    "formula",
    "formula_level",
    "with_option",
    "regime",
    "monthly",
    "valid_from",
    "debit_day",
)


def profile_view(profile: Profile) -> dict[str, Any]:
    row = profile.row
    shown = {name: getattr(row, name) for name in _PROFILE}
    shown["display_name"] = f"{row.first_name} {row.last_name}".strip()
    shown["marketing_objection"] = profile.marketing_objection
    return shown


def contract_view(contract: ContractView) -> dict[str, Any]:
    shown = {name: getattr(contract.row, name) for name in _CONTRACT}
    shown["subscribed_on"] = contract.subscribed_on
    shown["beneficiaries"] = [_beneficiary(person) for person in contract.beneficiaries]
    shown["contribution_account"] = _account(contract.accounts[AccountUse.CONTRIBUTION])
    shown["benefit_account"] = _account(contract.accounts[AccountUse.BENEFIT])
    return shown


def _beneficiary(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "role": row.role,
        "title": "adhérent" if row.role is BeneficiaryRole.MAIN else "ayant-droit",
        "civility": row.civility,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "birth_date": row.birth_date,
        "nir_masked": None if row.nir is None else masked_nir(row.nir),
    }


def _account(row: Any) -> dict[str, Any]:
    return {"iban_masked": masked_iban(row.iban), "holder": row.holder}
