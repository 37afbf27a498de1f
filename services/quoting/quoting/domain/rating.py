"""Pricing: what a household pays a month for each formula, and why.

Whole cents throughout. Premiums are rounded per insured person first (A-01), the tax once on their sum; the annual
price is twelve times the monthly one. A missing key raises; nothing is ever priced 0 by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from plumbing.money import euros
from quoting.domain.catalogue import Product, RegimeNotAccepted
from quoting.domain.tariff import RATE_SCALE, Cell, Key, Tables, Tariff, in_french

MONTHS = 12
_ROLES = ("main", "spouse")
_ADULTS = ("Assuré principal", "Conjoint(e)")


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


class Basis(NamedTuple):
    """What one price was read from, and can be explained from at any time: the tables never change."""

    tables: Tables
    product: Product
    key: Key
    children: int
    paying: int
    ages: tuple[int, ...]


class OptionPrice(NamedTuple):
    """What the option adds a month, all included; `premium` is before tax."""

    code: str
    label: str
    cents: int
    premium: int
    basis: Basis

    @property
    def monthly(self) -> Decimal:
        return euros(self.cents)

    @property
    def lines(self) -> tuple[Line, ...]:
        return _option_lines(self.label, self.basis)


class FormulaPrice(NamedTuple):
    """The price of one formula for one household, option apart.

    `premium` is before tax and fee. A portfolio is priced without an explanation, so `lines` are made when they are
    asked for.
    """

    code: str
    label: str
    cents: int
    premium: int
    option: OptionPrice | None
    basis: Basis

    @property
    def monthly(self) -> Decimal:
        return euros(self.cents)

    @property
    def annual(self) -> Decimal:
        return euros(self.cents * MONTHS)

    @property
    def lines(self) -> tuple[Line, ...]:
        return _formula_lines(self.basis)


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
    children = household.children
    paying = min(children, tables.paying_children)
    prices = []
    for formula in product.formulas:
        key = (formula.code, zone, household.regime)
        basis = Basis(tables, product, key, children, paying, ages)
        premium = _premium(basis)
        cents = premium + half_up(premium, tables.tax_rate) + tables.fee_cents
        prices.append(FormulaPrice(formula.code, formula.label, cents, premium, _option(basis), basis))
    return tuple(prices)


def _adult_ages(household: Household, product: Product, effective_date: date) -> tuple[int, ...]:
    birth_dates = [("main", household.birth_date)]
    if household.spouse_birth_date is not None:
        birth_dates.append(("spouse", household.spouse_birth_date))
    ages = []
    for who, birth_date in birth_dates:
        age = tariff_age(birth_date, effective_date)
        if not product.entry_age_from <= age <= product.entry_age_to:
            raise AgeNotAccepted(who, age, product.entry_age_from, product.entry_age_to)
        ages.append(age)
    return tuple(ages)


def _premium(basis: Basis) -> int:
    tables, product, key, _children, paying, ages = basis
    adults = tables.adults[key]
    premium = paying * tables.children[key].cents
    for age in ages:
        cell = adults[age]
        if cell is None:
            raise AgeNotAccepted("main", age, product.entry_age_from, product.entry_age_to)
        premium += cell.cents
    return premium


def _option(basis: Basis) -> OptionPrice | None:
    tables, product, key, _children, paying, ages = basis
    adult = tables.option_adults.get(key)
    if product.option is None or adult is None:
        return None
    premium = len(ages) * adult.cents + (paying * tables.option_children[key].cents if paying else 0)
    cents = premium + half_up(premium, tables.option_tax_rate)
    return OptionPrice(product.option.code, product.option.label, cents, premium, basis)


def _formula_lines(basis: Basis) -> tuple[Line, ...]:
    lines = [adult_line(basis, place) for place in range(len(basis.ages))]
    if basis.children:
        lines.append(children_line(basis))
    lines.append(tax_line(basis.tables, sum(line.cents for line in lines)))
    fee = fee_line(basis)
    return (*lines, fee) if fee is not None else tuple(lines)


def _option_lines(label: str, basis: Basis) -> tuple[Line, ...]:
    lines = [option_adults_line(label, basis)]
    if basis.paying:
        lines.append(option_children_line(label, basis))
    return (*lines, option_tax_line(basis.tables, sum(line.cents for line in lines)))


def adult_line(basis: Basis, place: int) -> Line:
    """Return the line of the main insured (`place` 0) or of the spouse."""
    tables, age = basis.tables, basis.ages[place]
    cell = tables.adults[basis.key][age]
    if cell is None:
        raise AgeNotAccepted(_ROLES[place], age, basis.product.entry_age_from, basis.product.entry_age_to)
    label = f"{_ADULTS[place]}, {age} ans"
    return Line(label, f"{tables.product}/premiums", tables.premium_version, cell.key, cell.factor, cell.cents)


def children_line(basis: Basis) -> Line:
    """Return the line of the children, those that pay and those that do not."""
    tables, paying = basis.tables, basis.paying
    cell = tables.children[basis.key]
    label, factor = _children_label(basis.children, paying), f"{paying} × {cell.factor}"
    return Line(label, f"{tables.product}/premiums", tables.premium_version, cell.key, factor, paying * cell.cents)


def fee_line(basis: Basis) -> Line | None:
    """Return the line of the association's fee, None for a product without one."""
    tables = basis.tables
    if tables.fee_yearly is None or tables.fee_version is None:
        return None
    factor = f"{in_french(tables.fee_yearly)} / {MONTHS}"
    label = "Adhésion à l’association souscriptrice"
    return Line(label, "association-fee", tables.fee_version, basis.product.code, factor, tables.fee_cents)


def tax_line(tables: Tables, premium: int) -> Line:
    """Return the line of the tax on a formula's premium."""
    return _tax_line(tables, tables.tax_key, tables.tax_rate, premium)


def option_adults_line(label: str, basis: Basis) -> Line:
    """Return the option's line for the adults."""
    adults = len(basis.ages)
    return _option_line(
        basis.tables, f"{label}, {_count(adults, 'adulte')}", adults, basis.tables.option_adults[basis.key]
    )


def option_children_line(label: str, basis: Basis) -> Line:
    """Return the option's line for the children that pay."""
    paying = basis.paying
    return _option_line(
        basis.tables, f"{label}, {_count(paying, 'enfant')}", paying, basis.tables.option_children[basis.key]
    )


def option_tax_line(tables: Tables, premium: int) -> Line:
    """Return the line of the tax on the option's premium."""
    return _tax_line(tables, tables.option_tax_key, tables.option_tax_rate, premium)


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
