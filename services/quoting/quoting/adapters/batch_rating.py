"""A whole portfolio priced at once: the cents of one-by-one rating, a hundred times faster.

Premiums were rounded once, cell by cell, when the tariff was compiled; from there on both ways only add whole cents,
and both round the tax alike. So nothing here can differ by a cent, and a property test says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoting.domain.catalogue import Product
from quoting.domain.rating import Household, tariff_age
from quoting.domain.tariff import OLDEST_AGE, RATE_SCALE, Cell, Key, Tables, Tariff

Cents = NDArray[np.int64]
_AGES = OLDEST_AGE + 1
_NOBODY = _AGES
"""The slot of a spouse who is not there: no premium."""
_SLOTS = _AGES + 1
_AT_ONCE = 16_384
"""Households a step: what they need stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where a household stands in the tables."""

    place: int
    age: int
    spouse_slot: int
    paying: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """Cents a month, one row for each household and one column for each formula; `option` 0: not offered."""

    formulas: Cents
    option: Cents


class BatchTariff:
    """One product's tables in force on one date, laid out so that a household's premiums lie beside each other."""

    def __init__(self, product: Product, tariff: Tariff, effective_date: date) -> None:
        """Raises NoVersion when the tariff does not reach that date."""
        self.product = product
        self.effective_date = effective_date
        self.tables: Tables = tariff.at(effective_date)
        tables = self.tables
        self.formulas = tuple(formula.code for formula in product.formulas)
        zones = sorted(set(tables.zones.values()))
        self._places = {
            (zone, regime): place
            for place, (zone, regime) in enumerate((zone, regime) for zone in zones for regime in product.regimes)
        }
        count = len(self.formulas)
        adults = np.zeros((len(self._places), _SLOTS, 2 * count), np.int64)
        children = np.zeros((len(self._places), tables.paying_children + 1, 2 * count), np.int64)
        paying = np.arange(tables.paying_children + 1)
        self._priced_ages = set(range(product.entry_age_from, product.entry_age_to + 1))
        for (zone, regime), place in self._places.items():
            for column, formula in enumerate(self.formulas):
                key = (formula, zone, regime)
                for age, cell in enumerate(tables.adults[key]):
                    if cell is None:
                        self._priced_ages.discard(age)
                    else:
                        adults[place, age, column] = cell.cents
                adults[place, :_AGES, count + column] = self._option_cents(tables.option_adults, key)
                children[place, :, column] = paying * tables.children[key].cents
                children[place, :, count + column] = paying * self._option_cents(tables.option_children, key)
        self._adults = adults.reshape(-1, 2 * count)
        self._children = children.reshape(-1, 2 * count)
        self._rates = np.repeat(np.array([tables.tax_rate, tables.option_tax_rate]), count)
        self._fees = np.repeat(np.array([tables.fee_cents, 0]), count)

    def _option_cents(self, cells: Any, key: Key) -> int:
        cell: Cell | None = cells.get(key) if self.product.option is not None else None
        return cell.cents if cell is not None else 0

    def row(self, household: Household) -> Row | None:
        """Return where a household stands, None when it cannot be priced: one-by-one rating then says why."""
        place = self._places.get((self.tables.zones.get(household.department, ""), household.regime))
        age = tariff_age(household.birth_date, self.effective_date)
        spouse_slot = _NOBODY
        if household.spouse_birth_date is not None:
            spouse_slot = tariff_age(household.spouse_birth_date, self.effective_date)
            if spouse_slot not in self._priced_ages:
                return None
        if place is None or age not in self._priced_ages or household.children < 0:
            return None
        return Row(place, age, spouse_slot, min(household.children, self.tables.paying_children))

    def columns(self, rows: Sequence[Row]) -> NDArray[np.int64]:
        """Return for each household the three rows of the tables that its premiums are in."""
        households = np.array([(row.place, row.age, row.spouse_slot, row.paying) for row in rows], np.int64)
        place, age, spouse_slot, paying = households.reshape(-1, 4).T
        width = self.tables.paying_children + 1
        return np.stack([place * _SLOTS + age, place * _SLOTS + spouse_slot, place * width + paying])

    def price(self, columns: NDArray[np.int64]) -> Monthly:
        """Price every formula and its option for all households of `columns`."""
        total = np.empty((columns.shape[1], 2 * len(self.formulas)), np.int64)
        for first in range(0, columns.shape[1], _AT_ONCE):
            main, spouse, children = columns[:, first : first + _AT_ONCE]
            premium = self._adults.take(main, axis=0)
            premium += self._adults.take(spouse, axis=0)
            premium += self._children.take(children, axis=0)
            tax = premium * self._rates
            tax += RATE_SCALE // 2
            tax //= RATE_SCALE
            premium += tax
            premium += self._fees
            total[first : first + _AT_ONCE] = premium
        count = len(self.formulas)
        return Monthly(total[:, :count], total[:, count:])
