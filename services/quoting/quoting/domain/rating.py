"""Pricing: what a household pays a month for each formula, and why.

Whole cents throughout. Premiums are rounded per insured person first (A-01), the tax once on their sum; the annual
price is twelve times the monthly one. A missing key raises; nothing is ever priced 0 by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plumbing.money import euros
from quoting.domain.catalogue import Product, RegimeNotAccepted
from quoting.domain.tariff import RATE_SCALE, Cell, Tables, Tariff, in_french

MONTHS = 12


class ZoneNotPriced(Exception):
    """The department is in no zone of the tariff (some overseas collectivities): the paper path remains."""

    def __init__(self, department: str) -> None:
        super().__init__(department)
        self.department = department


class AgeNotAccepted(Exception):
    """Somebody is too young or too old to join; `who` is `main` or `spouse`."""

    def __init__(self, who: str, age: int, first: int, last: int) -> None:
        super().__init__(f"{who} {age}")
        self.who = who
        self.age = age
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class Household:
    """Who is to be covered, and what the price depends on. All share one régime (F-038)."""

    birth_date: date
    spouse_birth_date: date | None
    children: int
    department: str
    regime: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a price: the table and version read, the key looked up, the factor applied, the cents they make."""

    label: str
    table: str
    table_version: str
    key: str
    factor: str
    cents: int

    @property
    def amount(self) -> Decimal:
        """The line in euros."""
        return euros(self.cents)


@dataclass(frozen=True, slots=True)
class OptionPrice:
    """What the option adds a month, all included."""

    code: str
    label: str
    cents: int
    lines: tuple[Line, ...]

    @property
    def monthly(self) -> Decimal:
        return euros(self.cents)


@dataclass(frozen=True, slots=True)
class FormulaPrice:
    """The price of one formula for one household, option apart."""

    code: str
    label: str
    cents: int
    lines: tuple[Line, ...]
    option: OptionPrice | None

    @property
    def monthly(self) -> Decimal:
        return euros(self.cents)

    @property
    def annual(self) -> Decimal:
        return euros(self.cents * MONTHS)


def tariff_age(birth_date: date, effective_date: date) -> int:
    """Return the age that the tariff goes by: the difference of the years (« millésime »), whatever the birthday."""
    return effective_date.year - birth_date.year


def half_up(amount: int, rate: int) -> int:
    """Return `amount` × `rate` / 10 000 rounded half up, for an amount that is not negative."""
    return (amount * rate + RATE_SCALE // 2) // RATE_SCALE


def price_household(
    household: Household, *, product: Product, tariff: Tariff, effective_date: date
) -> tuple[FormulaPrice, ...]:
    """Price every formula of a product, in the product's order.

    Raises NoVersion (no tariff for that date), RegimeNotAccepted, ZoneNotPriced, AgeNotAccepted.
    """
    if household.regime not in product.regimes:
        raise RegimeNotAccepted(household.regime)
    tables = tariff.at(effective_date)
    zone = tables.zones.get(household.department)
    if zone is None:
        raise ZoneNotPriced(household.department)
    ages = _adult_ages(household, product, effective_date)
    keys = [(formula.code, zone, household.regime) for formula in product.formulas]
    return tuple(_price_formula(tables, product, key, household.children, ages) for key in keys)


def _adult_ages(household: Household, product: Product, effective_date: date) -> list[int]:
    birth_dates = [("main", household.birth_date)]
    if household.spouse_birth_date is not None:
        birth_dates.append(("spouse", household.spouse_birth_date))
    ages = []
    for who, birth_date in birth_dates:
        age = tariff_age(birth_date, effective_date)
        if not product.entry_age_from <= age <= product.entry_age_to:
            raise AgeNotAccepted(who, age, product.entry_age_from, product.entry_age_to)
        ages.append(age)
    return ages


def _price_formula(
    tables: Tables, product: Product, key: tuple[str, str, str], children: int, ages: Sequence[int]
) -> FormulaPrice:
    formula = key[0]
    paying = min(children, tables.paying_children)
    table = f"{tables.product}/premiums"
    version = tables.premium_version
    lines = []
    for who, age in zip(("Assuré principal", "Conjoint(e)"), ages, strict=False):
        cell = tables.adults[key][age]
        if cell is None:
            raise AgeNotAccepted("main", age, product.entry_age_from, product.entry_age_to)
        lines.append(Line(f"{who}, {age} ans", table, version, cell.key, cell.factor, cell.cents))
    if children:
        child = tables.children[key]
        label = _children_label(children, paying)
        lines.append(Line(label, table, version, child.key, f"{paying} × {child.factor}", paying * child.cents))
    premium = sum(line.cents for line in lines)
    lines.append(_tax_line(tables, tables.tax_key, tables.tax_rate, premium))
    if tables.fee_yearly is not None and tables.fee_version is not None:
        fee_factor = f"{in_french(tables.fee_yearly)} / {MONTHS}"
        fee_label = "Adhésion à l’association souscriptrice"
        lines.append(Line(fee_label, "association-fee", tables.fee_version, product.code, fee_factor, tables.fee_cents))
    label = product.formula(formula).label
    option = _price_option(tables, product, key, len(ages), paying)
    return FormulaPrice(formula, label, sum(line.cents for line in lines), tuple(lines), option)


def _price_option(
    tables: Tables, product: Product, key: tuple[str, str, str], adults: int, paying: int
) -> OptionPrice | None:
    adult = tables.option_adults.get(key)
    if product.option is None or adult is None:
        return None
    label = product.option.label
    lines = [_option_line(tables, f"{label}, {_count(adults, 'adulte')}", adults, adult)]
    if paying:
        lines.append(_option_line(tables, f"{label}, {_count(paying, 'enfant')}", paying, tables.option_children[key]))
    premium = sum(line.cents for line in lines)
    lines.append(_tax_line(tables, tables.option_tax_key, tables.option_tax_rate, premium))
    return OptionPrice(product.option.code, label, sum(line.cents for line in lines), tuple(lines))


def _option_line(tables: Tables, label: str, count: int, cell: Cell) -> Line:
    return Line(
        label,
        f"{tables.product}/premiums",
        tables.premium_version,
        cell.key,
        f"{count} × {cell.factor}",
        count * cell.cents,
    )


def _tax_line(tables: Tables, key: str, rate: int, premium: int) -> Line:
    return Line(
        f"Taxe de solidarité additionnelle ({_hundredths(rate)}\u00a0%)",
        "solidarity-tax",
        tables.tax_version,
        key,
        f"0,{rate:04d} × {_hundredths(premium)}",
        half_up(premium, rate),
    )


def _hundredths(number: int) -> str:
    # Decimal would say the same, ten times slower, on the way of every price.
    return f"{number // 100},{number % 100:02d}"


def _children_label(children: int, paying: int) -> str:
    if children <= paying:
        return _count(children, "enfant")
    return f"{_count(children, 'enfant')}, dont {paying} payant{'s' if paying > 1 else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"
