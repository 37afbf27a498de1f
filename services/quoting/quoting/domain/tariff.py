"""A product's tariff: dated tables of money and factors, compiled once into whole cents.

The compiled tables hold, for each formula, zone and régime, one monthly premium before tax per year of age, rounded
once by the `Decimal` reference below. Pricing one household or a whole portfolio reads the same integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from plumbing.money import cents, round_cents
from quoting.domain.dated import DatedTable, NoVersion

OLDEST_AGE = 120
RATE_SCALE = 10_000


class IncompleteTariff(Exception):
    """A table lacks a key, or holds a value that cannot be a price. Found when the data is loaded."""


@dataclass(frozen=True, slots=True, order=True)
class AgeBand:
    """Ages from `first` to `last` inclusive, counted by year of birth."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class PremiumTable:
    """Monthly premiums before tax of one product in the reference zone and régime, in euros, and its own factors."""

    adults: Mapping[str, Mapping[AgeBand, Decimal]]
    children: Mapping[str, Decimal]
    option_adults: Mapping[str, Decimal]
    option_children: Mapping[str, Decimal]
    zone_factors: Mapping[str, Decimal]
    regime_factors: Mapping[str, Decimal]
    paying_children: int
    tax_key: str
    option_tax_key: str


Key = tuple[str, str, str]
"""Formula, zone and régime: where a premium stands."""

ZoneTable = Mapping[str, str]
"""Department code to zone code."""

TaxTable = Mapping[str, Decimal]
"""Kind of contract to the rate of the taxe de solidarité additionnelle, as a fraction (0.1327)."""

FeeTable = Decimal
"""Yearly fee of the association in euros; collected for it, so outside the tax (A-02)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A rounded premium and how it came about."""

    cents: int
    key: str
    factor: str


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Everything needed to price one product between two dates. Known by what it is: compiled once, never copied."""

    product: str
    valid_from: date
    valid_to: date | None
    premium_version: str
    zone_version: str
    tax_version: str
    fee_version: str | None
    zones: Mapping[str, str]
    adults: Mapping[Key, tuple[Cell | None, ...]]
    children: Mapping[Key, Cell]
    option_adults: Mapping[Key, Cell]
    option_children: Mapping[Key, Cell]
    formulas: tuple[str, ...]
    paying_children: int
    tax_key: str
    tax_rate: int
    option_tax_key: str
    option_tax_rate: int
    fee_yearly: Decimal | None
    fee_cents: int

    def holds(self, day: date) -> bool:
        """Tell whether these tables are in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Tariff:
    """The tables of one product, one after the other in time."""

    product: str
    periods: tuple[Tables, ...]

    def at(self, day: date) -> Tables:
        """Return the tables in force on `day`; NoVersion when the tariff does not reach that far."""
        for tables in self.periods:
            if tables.holds(day):
                return tables
        raise NoVersion(self.product, day)


def compile_tariff(
    *,
    product: str,
    formulas: tuple[str, ...],
    regimes: tuple[str, ...],
    premiums: DatedTable[PremiumTable],
    zones: DatedTable[ZoneTable],
    taxes: DatedTable[TaxTable],
    fee: DatedTable[FeeTable] | None,
) -> Tariff:
    """Cut time wherever one of the tables changes, and compile each period.

    Raises IncompleteTariff when a key is missing or a value impossible, NoVersion when a legal table does not cover the
    whole life of the premiums.
    """
    periods = []
    changes = [version.valid_from for version in zones.versions]
    changes += [version.valid_from for version in taxes.versions]
    changes += [version.valid_from for version in fee.versions] if fee else []
    for first, last in _periods(premiums, changes):
        premium, zone, tax = premiums.at(first), zones.at(first), taxes.at(first)
        yearly_fee = fee.at(first) if fee else None
        table = premium.value
        _check(product, table=table, formulas=formulas, regimes=regimes, zones=zone.value, taxes=tax.value)
        keys = [(f, z, r) for f in formulas for z in table.zone_factors for r in regimes]
        periods.append(
            Tables(
                product=product,
                valid_from=first,
                valid_to=last,
                premium_version=premium.name,
                zone_version=zone.name,
                tax_version=tax.name,
                fee_version=yearly_fee.name if yearly_fee else None,
                zones=zone.value,
                adults={key: _by_age(table, key) for key in keys},
                children={key: _cell(table, table.children[key[0]], key, "enfant") for key in keys},
                option_adults={
                    key: _cell(table, table.option_adults[key[0]], key, "option adulte")
                    for key in keys
                    if key[0] in table.option_adults
                },
                option_children={
                    key: _cell(table, table.option_children[key[0]], key, "option enfant")
                    for key in keys
                    if key[0] in table.option_children
                },
                formulas=formulas,
                paying_children=table.paying_children,
                tax_key=table.tax_key,
                tax_rate=_scaled(tax.value[table.tax_key]),
                option_tax_key=table.option_tax_key,
                option_tax_rate=_scaled(tax.value[table.option_tax_key]),
                fee_yearly=yearly_fee.value if yearly_fee else None,
                fee_cents=cents(round_cents(yearly_fee.value / 12)) if yearly_fee else 0,
            )
        )
    return Tariff(product, tuple(periods))


def _periods(premiums: DatedTable[PremiumTable], others: list[date]) -> list[tuple[date, date | None]]:
    begin, end = premiums.versions[0].valid_from, premiums.versions[-1].valid_to
    starts = [*(version.valid_from for version in premiums.versions), *others]
    ordered = sorted({start for start in starts if start >= begin and (end is None or start <= end)})
    ends: list[date | None] = [later - timedelta(days=1) for later in ordered[1:]]
    return list(zip(ordered, [*ends, end], strict=True))


def _check(
    product: str,
    *,
    table: PremiumTable,
    formulas: tuple[str, ...],
    regimes: tuple[str, ...],
    zones: ZoneTable,
    taxes: TaxTable,
) -> None:
    missing = [f"adults {f}" for f in formulas if f not in table.adults]
    missing += [f"children {f}" for f in formulas if f not in table.children]
    missing += [f"option for children {f}" for f in table.option_adults if f not in table.option_children]
    missing += [f"zone {z}" for z in sorted(set(zones.values())) if z not in table.zone_factors]
    missing += [f"régime {r}" for r in regimes if r not in table.regime_factors]
    missing += [f"tax {k}" for k in (table.tax_key, table.option_tax_key) if k not in taxes]
    if missing:
        raise IncompleteTariff(f"{product}: {', '.join(missing)}")
    for formula in formulas:
        _check_bands(product, formula, table.adults[formula])
    amounts = [*table.children.values(), *table.option_adults.values(), *table.option_children.values()]
    if min(amounts) < 0 or table.paying_children < 0:
        raise IncompleteTariff(f"{product}: a negative premium")
    if min(*table.zone_factors.values(), *table.regime_factors.values()) <= 0:
        raise IncompleteTariff(f"{product}: a factor that is not positive")


def _check_bands(product: str, formula: str, bands: Mapping[AgeBand, Decimal]) -> None:
    expected = min(bands).first if bands else -1
    for band in sorted(bands):
        if band.first != expected or band.last < band.first:
            raise IncompleteTariff(f"{product} {formula}: gap or overlap at age {expected}")
        if bands[band] <= 0:
            raise IncompleteTariff(f"{product} {formula}: premium of {band} is not positive")
        expected = band.last + 1
    if expected != OLDEST_AGE + 1:
        raise IncompleteTariff(f"{product} {formula}: ages end at {expected - 1}, not {OLDEST_AGE}")


def _by_age(table: PremiumTable, key: Key) -> tuple[Cell | None, ...]:
    ages: list[Cell | None] = [None] * (OLDEST_AGE + 1)
    for band, base in table.adults[key[0]].items():
        cell = _cell(table, base, key, f"{band} ans")
        for age in range(band.first, band.last + 1):
            ages[age] = cell
    return tuple(ages)


def _cell(table: PremiumTable, base: Decimal, key: Key, who: str) -> Cell:
    formula, zone, regime = key
    zone_factor, regime_factor = table.zone_factors[zone], table.regime_factors[regime]
    amount = round_cents(base * zone_factor * regime_factor)
    factor = " × ".join(in_french(part) for part in (base, zone_factor, regime_factor))
    return Cell(cents(amount), f"{formula} / {who} / {zone} / {regime}", factor)


def in_french(number: Decimal) -> str:
    """Return a factor or amount as the explanation of a price shows it: `100,41`."""
    return str(number).replace(".", ",")


def _scaled(rate: Decimal) -> int:
    scaled = rate * RATE_SCALE
    if scaled != int(scaled) or not 0 <= scaled < RATE_SCALE:
        raise IncompleteTariff(f"tax rate {rate} is not a fraction with four places")
    return int(scaled)
