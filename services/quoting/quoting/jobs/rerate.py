"""`python -m quoting rerate`: price a whole portfolio at another date, for a renewal or to see a new tariff's effect.

A row that cannot be priced is refused with its line number and the reason, and the others are priced all the same. The
result is written beside its place and moved there when it is complete: who looks never finds half of it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from quoting.adapters.batch_rating import BatchTariff, Row
from quoting.adapters.papers.words import short_date
from quoting.domain.catalogue import RegimeNotAccepted
from quoting.domain.dated import NoVersion
from quoting.domain.rating import MONTHS, AgeNotAccepted, Household, ZoneNotPriced, price_household
from quoting.usecases.ports import Offer

COLUMNS = ("reference", "product", "birth_date", "spouse_birth_date", "children", "department", "regime")
PRICED = ("reference", "product", "tariff_version", "formula", "monthly", "annual", "option_monthly")
REFUSED = ("line", "reference", "reason")

_ROWS_AT_ONCE = 10_000
_MOST_CHILDREN = 15


class RowRefused(Exception):
    """A row cannot be priced, and why."""


class FileRefused(Exception):
    """The file is no portfolio at all."""


@dataclass(slots=True)
class Outcome:
    """How far it has come."""

    priced: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Household:
    line: int
    reference: str
    product: str
    row: Row


def rerate(
    offer: Offer,
    *,
    source: Path,
    effective_date: date,
    target: Path | None,
    rejects: Path | None,
    progress: Callable[[float, Outcome], None] = lambda _share, _outcome: None,
) -> Outcome:
    """Price every row of `source`. FileRefused when it has not the columns, or is no text."""
    outcome = Outcome()
    desk = _Desk(offer, effective_date)
    size = max(source.stat().st_size, 1)
    with ExitStack() as stack:
        raw = stack.enter_context(source.open("rb"))
        rows = _rows(_decoded(raw))
        prices = csv.writer(stack.enter_context(_written(target, sys.stdout)), delimiter=";", lineterminator="\n")
        refusals = csv.writer(stack.enter_context(_written(rejects, sys.stderr)), delimiter=";", lineterminator="\n")
        prices.writerow(PRICED)
        if rejects is not None:
            refusals.writerow(REFUSED)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            for said in desk.price(some, prices):
                refusals.writerow(said if rejects is not None else [f"ligne {said[0]}\u00a0: {said[2]}"])
                outcome.refused += 1
            outcome.priced = desk.priced
            progress(min(raw.tell() / size, 1.0), outcome)
        progress(1.0, outcome)
    return outcome


class _Desk:
    """Prices rows by the thousands, product by product."""

    def __init__(self, offer: Offer, effective_date: date) -> None:
        self._offer = offer
        self._effective_date = effective_date
        self._tariffs: dict[str, BatchTariff] = {}
        self.priced = 0

    def price(self, rows: Sequence[tuple[int, Mapping[str, str]]], out: Any) -> list[tuple[int, str, str]]:
        """Write the prices of these rows in their order, and return those refused."""
        households, refused = [], []
        for line, row in rows:
            try:
                households.append(self._household(line, row))
            except RowRefused as failure:
                refused.append((line, row.get("reference") or "", str(failure)))
        prices = self._prices(households)
        for household in households:
            tariff = self._tariffs[household.product]
            formulas, options = next(prices[household.product])
            for formula, cents, option in zip(tariff.formulas, formulas, options, strict=True):
                monthly, annual = _amount(cents), _amount(cents * MONTHS)
                extra = _amount(option) if option else ""
                version = tariff.tables.premium_version
                out.writerow((household.reference, household.product, version, formula, monthly, annual, extra))
        self.priced += len(households)
        return refused

    def _prices(self, households: Sequence[_Household]) -> dict[str, Iterator[tuple[list[int], list[int]]]]:
        of_product: dict[str, list[Row]] = {}
        for household in households:
            of_product.setdefault(household.product, []).append(household.row)
        prices: dict[str, Iterator[tuple[list[int], list[int]]]] = {}
        for product, rows in of_product.items():
            tariff = self._tariffs[product]
            monthly = tariff.price(tariff.columns(rows))
            prices[product] = zip(monthly.formulas.tolist(), monthly.option.tolist(), strict=True)
        return prices

    def _household(self, line: int, row: Mapping[str, str]) -> _Household:
        if None in row or None in row.values():
            raise RowRefused(f"{len(COLUMNS)} colonnes sont attendues")
        product = row["product"].strip()
        tariff = self._tariff(product)
        spouse = row["spouse_birth_date"].strip()
        household = Household(
            birth_date=_day(row["birth_date"], "birth_date"),
            spouse_birth_date=_day(spouse, "spouse_birth_date") if spouse else None,
            children=_children(row["children"]),
            department=row["department"].strip().upper(),
            regime=row["regime"].strip(),
        )
        found = tariff.row(household)
        if found is None:
            raise RowRefused(self._why(household, tariff))
        return _Household(line, row["reference"], product, found)

    def _tariff(self, product: str) -> BatchTariff:
        if product not in self._tariffs:
            if product not in self._offer.tariffs:
                raise RowRefused(f"le produit «\u00a0{product}\u00a0» n’existe pas")
            described, tariff = self._offer.catalogue.products[product], self._offer.tariffs[product]
            try:
                self._tariffs[product] = BatchTariff(described, tariff, self._effective_date)
            except NoVersion:
                day = short_date(self._effective_date)
                raise RowRefused(f"le produit «\u00a0{product}\u00a0» n’a pas de tarif au {day}") from None
        return self._tariffs[product]

    def _why(self, household: Household, tariff: BatchTariff) -> str:
        """Have one-by-one rating say why: it alone decides what cannot be priced."""
        whole = self._offer.tariffs[tariff.product.code]
        try:
            price_household(household, product=tariff.product, tariff=whole, effective_date=self._effective_date)
        except RegimeNotAccepted as refusal:
            return f"le produit n’accepte pas le régime «\u00a0{refusal.regime}\u00a0»"
        except ZoneNotPriced as refusal:
            return f"le tarif ne couvre pas le département «\u00a0{refusal.department}\u00a0»"
        except AgeNotAccepted as refusal:
            who = "du conjoint" if refusal.who == "spouse" else "de l’assuré principal"
            return f"l’âge {who} ({refusal.age} ans) n’est pas de {refusal.first} à {refusal.last} ans"
        return f"le nombre d’enfants va de 0 à {_MOST_CHILDREN}"


def _day(text: str, column: str) -> date:
    text = text.strip()
    try:
        if len(text) == 10 and text[2] == text[5] == "/":
            text = f"{text[6:]}-{text[3:5]}-{text[:2]}"
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RowRefused(f"{column}\u00a0: «\u00a0{text[:20]}\u00a0» n’est pas une date (AAAA-MM-JJ ou JJ/MM/AAAA)")


def _children(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= _MOST_CHILDREN):
        raise RowRefused(f"children\u00a0: «\u00a0{text[:20]}\u00a0» n’est pas un nombre de 0 à {_MOST_CHILDREN}")
    return int(text)


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Read the heading, then give each row with the number of its line; the separator is the heading's, , or ;."""
    heading = next(lines, "")
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    names = [name.strip() for name in next(csv.reader([heading], delimiter=delimiter), [])]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise FileRefused(f"il manque des colonnes\u00a0: {', '.join(missing)}")
    return _numbered(csv.DictReader(lines, fieldnames=names, delimiter=delimiter))


def _numbered(reader: csv.DictReader[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        for row in reader:
            yield reader.line_num + 1, row
    except csv.Error as failure:
        raise FileRefused(f"ligne {reader.line_num + 1} illisible ({failure})") from None


def _decoded(raw: IO[bytes]) -> Iterator[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise FileRefused(f"ligne {number}\u00a0: le fichier n’est pas en UTF-8") from None


@contextmanager
def _written(place: Path | None, otherwise: IO[str]) -> Iterator[IO[str]]:
    """Give a file that takes its place when it is complete; what is not complete is left nowhere."""
    if place is None:
        yield otherwise
        return
    unfinished = place.with_name(f"{place.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)
