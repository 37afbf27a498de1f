"""Dated tables: every amount and rate of the law or of a product, with the day it starts and where it comes from.

Nothing here knows a figure. The rows are data files; a key without a row at the asked day is an error, never zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ParameterMissing(Exception):
    """No row of the table holds at the asked day: the figure is unknown and must not be guessed."""

    def __init__(self, table: str, key: tuple[str, ...], day: date) -> None:
        super().__init__(f"{table} has no row for {'/'.join(key)} on {day.isoformat()}")
        self.table = table
        self.key = key
        self.day = day


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a table, in force from `valid_from` until the next row of the same key."""

    key: tuple[str, ...]
    value: Decimal
    valid_from: date
    source: str


class DatedTable:
    """Rows found by key and day. ValueError when two rows of one key start on the same day or a source is missing."""

    def __init__(self, name: str, rows: Iterable[Row]) -> None:
        self.name = name
        by_key: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            if not row.source:
                raise ValueError(f"{name}: {'/'.join(row.key)} from {row.valid_from} says no source")
            by_key.setdefault(row.key, []).append(row)
        self._rows: dict[tuple[str, ...], tuple[Row, ...]] = {}
        self._starts: dict[tuple[str, ...], list[date]] = {}
        for key, found in by_key.items():
            found.sort(key=lambda row: row.valid_from)
            starts = [row.valid_from for row in found]
            if len(set(starts)) != len(starts):
                raise ValueError(f"{name}: {'/'.join(key)} has two rows from the same day")
            self._rows[key] = tuple(found)
            self._starts[key] = starts

    def find(self, day: date, *key: str) -> Decimal | None:
        """Return the value in force on `day`, or None when the table has no such row."""
        position = bisect_right(self._starts.get(key, []), day)
        return self._rows[key][position - 1].value if position else None

    def at(self, day: date, *key: str) -> Decimal:
        """Return the value in force on `day`; `ParameterMissing` when there is none."""
        value = self.find(day, *key)
        if value is None:
            raise ParameterMissing(self.name, key, day)
        return value


class GuaranteeKind(StrEnum):
    """How a guarantee is expressed in a table of guarantees."""

    BASE_SHARE = "base_share"  # value × base of reimbursement
    AMOUNT = "amount"  # euros per act
    FORFAIT = "forfait"  # euros per calendar year, on top of the co-payment
    CEILING_SHARE = "ceiling_share"  # value × monthly social-security ceiling at the date of care
    ACTUAL_COST = "actual_cost"  # « frais réels »
    BASKET = "basket"  # 100 % Santé: nothing is left to pay


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a formula promises for a category of acts, at most `times` in `years` where it says so.

    One year is a calendar year; several are counted back from the day of care.
    """

    kind: GuaranteeKind
    value: Decimal
    includes_scheme: bool  # « y compris le remboursement du régime obligatoire »
    without_scheme: bool  # also pays for acts that the compulsory scheme does not take
    times: int | None = None
    years: int = 1


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of care. `charge` names the flat amount that the scheme keeps and nobody may cover."""

    code: str
    label: str
    category: str
    charge: str | None
    practitioner: bool  # fees may exceed the base, so the OPTAM question arises
    basket: bool  # 100 % Santé: the price itself is limited by law


@dataclass(frozen=True, slots=True)
class DatedGuarantee:
    """A row of the guarantee tables of a product."""

    product: str
    level: str
    category: str
    guarantee: Guarantee
    valid_from: date
    source: str


class UnknownAct(Exception):
    """The code is in no table of acts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Parameters:
    """All the tables that a decision reads. Rates are fractions (0.70), amounts euros."""

    acts: Mapping[str, Act]
    scheme_rates: DatedTable  # (act, régime) -> rate in the coordinated care path
    bases: DatedTable  # (act, "optam" | "non_optam") -> base of reimbursement
    charges: DatedTable  # (charge, "amount" | "per_day" | "per_year")
    limits: DatedTable  # legal caps of the responsible contract and prices of the 100 % Santé baskets
    monthly_ceiling: DatedTable  # () -> monthly social-security ceiling
    guarantees: tuple[DatedGuarantee, ...]

    def act(self, code: str) -> Act:
        """Return the act; `UnknownAct` when no table knows it."""
        try:
            return self.acts[code]
        except KeyError:
            raise UnknownAct(code) from None

    def guarantee(self, *, product: str, level: str, category: str, day: date) -> Guarantee | None:
        """Return what the formula promises on `day`, None when it promises nothing for this category."""
        found: DatedGuarantee | None = None
        for row in self.guarantees:
            if (row.product, row.level, row.category) != (product, level, category) or row.valid_from > day:
                continue
            if found is None or row.valid_from > found.valid_from:
                found = row
        return found.guarantee if found else None

    def knows_formula(self, *, product: str, level: str) -> bool:
        """Say whether the tables hold this formula at all: an unknown one is an error, not « nothing covered »."""
        return any(row.product == product and row.level == level for row in self.guarantees)
