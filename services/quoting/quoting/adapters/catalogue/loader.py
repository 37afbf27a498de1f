"""From the published files to the domain's catalogue and tariffs. Whatever is missing or incoherent stops the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from quoting.adapters.catalogue.files import CatalogueRefused, Files, exact
from quoting.domain.catalogue import Catalogue, Formula, Guarantee, Insurer, Option, Product, Regime
from quoting.domain.dated import DatedTable, NoVersion, TableGap, Version
from quoting.domain.needs import NeedArea, NeedLevel
from quoting.domain.payment_terms import PaymentTerms
from quoting.domain.tariff import (
    AgeBand,
    FeeTable,
    IncompleteTariff,
    PremiumTable,
    Tariff,
    TaxTable,
    ZoneTable,
    compile_tariff,
)

DATA = Path(__file__).parent / "data"
T = TypeVar("T")

# Responsible contract, CSS R871-2: fees of practitioners outside OPTAM are covered up to 100 % of the tariff beyond
# the scheme's own part (so 200 % in all), and at least 20 points less than those inside it.
_OTHER_FEES_MAXIMUM = 200
_OTHER_FEES_DISTANCE = 20
_PERCENT_OF_TARIFF = re.compile(r"^(\d+)\s%\sBR$")


@dataclass(frozen=True, slots=True)
class Published:
    """The catalogue and the compiled tariff of each product."""

    catalogue: Catalogue
    tariffs: Mapping[str, Tariff]


@cache
def load_published(folder: Path = DATA) -> Published:
    """Read and check everything, once a process; CatalogueRefused says which file and why."""
    files = Files(folder)
    try:
        regimes = {row["code"]: Regime(**row) for row in files.yaml("regimes.yaml")}
        products = {}
        for name in files.names("products"):
            product = _product(files.yaml(name), regimes, files.sha256(name), name)
            products[product.code] = product
        insurers = {row["tenant"]: _insurer(row, products) for row in files.yaml("insurers.yaml")}
        tariffs = _tariffs(files, products)
    except (IncompleteTariff, TableGap, NoVersion) as failure:
        raise CatalogueRefused(str(failure)) from failure
    except (KeyError, TypeError, ValueError) as failure:
        raise CatalogueRefused(f"{type(failure).__name__}: {failure}") from failure
    return Published(Catalogue(insurers=insurers, products=products, regimes=regimes), tariffs)


def _insurer(row: dict[str, Any], products: Mapping[str, Product]) -> Insurer:
    unknown = [code for code in row["products"] if code not in products]
    if unknown:
        raise CatalogueRefused(f"insurers.yaml: {row['tenant']} sells unknown products {unknown}")
    return Insurer(**{**row, "address": tuple(row["address"]), "products": tuple(row["products"])})


def _product(row: dict[str, Any], regimes: Mapping[str, Regime], sha256: str, where: str) -> Product:
    unknown = [code for code in row["regimes"] if code not in regimes or not regimes[code].online]
    if unknown:
        raise CatalogueRefused(f"{where}: régimes {unknown} are unknown or not sold online")
    lines = [(group["group"], line) for group in row["guarantees"] for line in group["lines"]]
    formulas = tuple(
        _formula(formula, position=position, product=row["name"], lines=lines, count=len(row["formulas"]), where=where)
        for position, formula in enumerate(row["formulas"])
    )
    if row["responsible"]:
        _check_responsible(formulas, where)
    return Product(
        code=row["code"],
        name=row["name"],
        prefix=row["prefix"],
        kind=row["kind"],
        summary=row["summary"],
        self_employed_only=row["self_employed_only"],
        association=row["association"],
        responsible=row["responsible"],
        madelin=row["madelin"],
        entry_age_from=row["entry_age"]["from"],
        entry_age_to=row["entry_age"]["to"],
        regimes=tuple(row["regimes"]),
        formulas=formulas,
        guarantees=tuple(Guarantee(line["code"], group, line["label"]) for group, line in lines),
        option=Option(**row["option"]) if row["option"] else None,
        envelope=tuple(row["envelope"]),
        payment=PaymentTerms(**row["payment"]),
        texts=row["texts"],
        texts_sha256=sha256,
    )


def _formula(
    row: dict[str, Any], *, position: int, product: str, lines: list[tuple[str, Any]], count: int, where: str
) -> Formula:
    values = {}
    for _, line in lines:
        if len(line["values"]) != count:
            raise CatalogueRefused(f"{where}: {line['code']} has {len(line['values'])} values for {count} formulas")
        values[line["code"]] = line["values"][position]
    answers = {area: NeedLevel(row["answers"][area.value]) for area in NeedArea}
    return Formula(code=row["code"], label=f"{product} {row['code']}", answers=answers, guarantees=values)


def _check_responsible(formulas: tuple[Formula, ...], where: str) -> None:
    for formula in formulas:
        for code, value in formula.guarantees.items():
            if not code.endswith("_other"):
                continue
            other = _percent(value, where)
            inside = _percent(formula.guarantees[code.removesuffix("_other") + "_optam"], where)
            allowed = min(_OTHER_FEES_MAXIMUM, max(100, inside - _OTHER_FEES_DISTANCE))
            if other > allowed:
                raise CatalogueRefused(
                    f"{where}: {formula.code} {code} is {other} %, a responsible contract allows {allowed} %"
                )


def _percent(value: str, where: str) -> int:
    match = _PERCENT_OF_TARIFF.match(value)
    if match is None:
        raise CatalogueRefused(f"{where}: {value!r} is not a percentage of the tariff")
    return int(match[1])


def _tariffs(files: Files, products: Mapping[str, Product]) -> dict[str, Tariff]:
    described = files.yaml("tariffs.yaml")
    legal = described["legal"]
    zones: DatedTable[ZoneTable] = _dated(legal["zones"], lambda version: _zones(files, version))
    taxes: DatedTable[TaxTable] = _dated(legal["taxes"], lambda version: _taxes(files, version))
    fee: DatedTable[FeeTable] = _dated(legal["fee"], lambda version: _fee(files, version))
    if set(described["products"]) != set(products):
        raise CatalogueRefused("tariffs.yaml: every product needs a tariff, and every tariff a product")
    tariffs = {}
    for code, table in described["products"].items():
        product = products[code]
        premiums: DatedTable[PremiumTable] = _dated({"name": code, **table}, lambda version: _premiums(files, version))
        tariffs[code] = compile_tariff(
            product=code,
            formulas=tuple(formula.code for formula in product.formulas),
            regimes=product.regimes,
            premiums=premiums,
            zones=zones,
            taxes=taxes,
            fee=fee if product.association else None,
        )
    return tariffs


def _dated(table: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> DatedTable[T]:
    versions = []
    for version in table["versions"]:
        if not isinstance(version["valid_from"], date) or not isinstance(version["version"], str):
            raise CatalogueRefused(f"{table['name']}: a version without its name as text or its date")
        versions.append(
            Version(
                name=version["version"],
                valid_from=version["valid_from"],
                valid_to=version.get("valid_to"),
                source=version["source"],
                value=read(version),
            )
        )
    return DatedTable(table["name"], tuple(versions))


def _file_of(version: dict[str, Any]) -> str:
    return f"tariffs/{version['file']}"


def _zones(files: Files, version: dict[str, Any]) -> ZoneTable:
    rows = files.rows(_file_of(version), ("department", "zone"))
    zones = {row["department"]: row["zone"] for row in rows}
    if len(zones) != len(rows):
        raise CatalogueRefused(f"{_file_of(version)}: a department twice")
    return zones


def _taxes(files: Files, version: dict[str, Any]) -> TaxTable:
    name = _file_of(version)
    return {row["contract"]: exact(row["rate"], name) for row in files.rows(name, ("contract", "rate"))}


def _fee(files: Files, version: dict[str, Any]) -> FeeTable:
    name = _file_of(version)
    (row,) = files.rows(name, ("yearly",))
    return exact(row["yearly"], name)


def _premiums(files: Files, version: dict[str, Any]) -> PremiumTable:
    name = _file_of(version)
    adults: dict[str, dict[AgeBand, Decimal]] = {}
    flat: dict[str, dict[str, Decimal]] = {"child": {}, "option_adult": {}, "option_child": {}}
    for row in files.rows(name, ("person", "formula", "age_from", "age_to", "amount")):
        amount = exact(row["amount"], name)
        if row["person"] == "adult":
            band = AgeBand(int(row["age_from"]), int(row["age_to"]))
            _put(adults.setdefault(row["formula"], {}), band, amount, name)
        else:
            _put(flat[row["person"]], row["formula"], amount, name)
    return PremiumTable(
        adults=adults,
        children=flat["child"],
        option_adults=flat["option_adult"],
        option_children=flat["option_child"],
        zone_factors={zone: exact(factor, name) for zone, factor in version["zone_factors"].items()},
        regime_factors={regime: exact(factor, name) for regime, factor in version["regime_factors"].items()},
        paying_children=version["paying_children"],
        tax_key=version["tax"],
        option_tax_key=version["option_tax"],
    )


K = TypeVar("K")


def _put(table: dict[K, Decimal], key: K, amount: Decimal, name: str) -> None:
    if key in table:
        raise CatalogueRefused(f"{name}: {key} twice")
    table[key] = amount
