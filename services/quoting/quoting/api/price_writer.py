"""The answer of POST /v1/prices, written without an object for each of its fifty lines.

What a line says hardly varies: of one tariff there are a few thousand different ones. Each is made by the domain and
written once; an answer is these pieces joined, with the amounts between them. A test compares answers with what the
schema makes of the same prices.
"""

from __future__ import annotations

from typing import Any

from plumbing.http.payload import dumps
from quoting.api.views import line_view
from quoting.domain.catalogue import Product
from quoting.domain.rating import (
    MONTHS,
    Basis,
    FormulaPrice,
    Line,
    OptionPrice,
    adult_line,
    children_line,
    fee_line,
    half_up,
    tax_line,
)
from quoting.domain.recommendation import Recommendation
from quoting.domain.tariff import Key, Tables
from quoting.usecases.price_household import Proposal

_WRITERS: dict[Tables, _TariffWriter] = {}
_RECOMMENDATIONS: dict[tuple[Product, str, Recommendation], bytes] = {}
_NO_TAX = b'0,00","amount":"0.00"}'


def written(proposal: Proposal) -> bytes:
    """Return the JSON of a proposal, as PricesOut describes it."""
    prices = proposal.prices
    tables = prices[0].basis.tables
    writer = _WRITERS.get(tables)
    if writer is None:
        writer = _WRITERS.setdefault(tables, _TariffWriter(tables))
    formulas = b",".join([writer.formula(price) for price in prices])
    return b'%s,"formulas":[%s]}' % (_head(proposal), formulas)


def _head(proposal: Proposal) -> bytes:
    known = (proposal.product, proposal.tariff_version, proposal.recommendation)
    head = _RECOMMENDATIONS.get(known)
    if head is None:
        facts = {
            "product": proposal.product.code,
            "tariff_version": proposal.tariff_version,
            "recommended": proposal.recommendation.formula,
            "recommendation_reasons": proposal.recommendation.reasons,
        }
        head = _RECOMMENDATIONS[known] = dumps(facts).removesuffix(b"}")
    return head


class _TariffWriter:
    """Writes prices of one product's tables: one writer for each formula, zone and régime."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._tax = _before_tax(tax_line(tables, 0))
        self._formulas: dict[Key, _FormulaWriter] = {}

    def formula(self, price: FormulaPrice) -> bytes:
        key = price.basis.key
        writer = self._formulas.get(key)
        if writer is None:
            writer = self._formulas[key] = _FormulaWriter(self._tables, self._tax, price)
        return writer.write(price)


class _FormulaWriter:
    """Writes prices of one formula in one zone and régime. Every piece ends with the comma before the next one."""

    def __init__(self, tables: Tables, before_tax: bytes, price: FormulaPrice) -> None:
        self._tax_rate = tables.tax_rate
        self._before_tax = before_tax
        self._head = dumps({"code": price.code, "label": price.label}).removesuffix(b"}") + b',"monthly":"'
        fee = fee_line(price.basis)
        self._end = b"]}" if fee is None else b",%s]}" % _piece(fee)
        self._adults: dict[tuple[int, int], bytes] = {}
        self._children = {0: b""}
        self._options: dict[tuple[int, int], bytes] = {}

    def write(self, price: FormulaPrice) -> bytes:
        basis, cents, premium = price.basis, price.cents, price.premium
        ages = basis.ages
        adults = self._adult(basis, 0, ages[0])
        if len(ages) > 1:
            adults += self._adult(basis, 1, ages[1])
        children = self._children.get(basis.children)
        if children is None:
            children = self._children[basis.children] = _piece(children_line(basis)) + b","
        tax = half_up(premium, self._tax_rate)
        year = cents * MONTHS
        return b'%s%d.%02d","annual":"%d.%02d","option":%s,"lines":[%s%s%s%d,%02d","amount":"%d.%02d"}%s' % (
            self._head,
            cents // 100,
            cents % 100,
            year // 100,
            year % 100,
            b"null" if price.option is None else self._option(price.option),
            adults,
            children,
            self._before_tax,
            premium // 100,
            premium % 100,
            tax // 100,
            tax % 100,
            self._end,
        )

    def _adult(self, basis: Basis, place: int, age: int) -> bytes:
        piece = self._adults.get((place, age))
        if piece is None:
            piece = self._adults[place, age] = _piece(adult_line(basis, place)) + b","
        return piece

    def _option(self, price: OptionPrice) -> bytes:
        """The option's price goes by how many adults and children pay, whatever their ages."""
        basis = price.basis
        known = (len(basis.ages), basis.paying)
        option = self._options.get(known)
        if option is None:
            facts = {"code": price.code, "label": price.label, "monthly": format(price.monthly, ".2f")}
            option = self._options[known] = dumps({**facts, "lines": [_view(line) for line in price.lines]})
        return option


def _view(line: Line) -> dict[str, Any]:
    return {**line_view(line), "amount": format(line.amount, ".2f")}


def _piece(line: Line) -> bytes:
    return dumps(_view(line))


def _before_tax(line: Line) -> bytes:
    """Return a tax line up to the premium it is taken of: the two amounts alone differ from price to price."""
    whole = _piece(line)
    before, found, after = whole.partition(_NO_TAX)
    if not found or after:
        raise ValueError("a line of tax does not end with its premium and amount")
    return before
