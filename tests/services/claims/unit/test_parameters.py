"""Dated tables: what holds when, and what is refused at loading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from claims.adapters.parameters import load_parameters
from claims.domain.parameters import DatedTable, ParameterMissing, Row


def row(start: str, value: str = "1.00", source: str = "a law") -> Row:
    return Row(key=("x",), value=Decimal(value), valid_from=date.fromisoformat(start), source=source)


def test_a_row_holds_from_its_day_until_the_next() -> None:
    table = DatedTable("t", [row("2025-01-01", "2.00"), row("2024-01-01", "1.00")])

    assert table.at(date(2024, 12, 31), "x") == Decimal("1.00")
    assert table.at(date(2025, 1, 1), "x") == Decimal("2.00")


def test_before_the_first_row_the_figure_is_unknown() -> None:
    table = DatedTable("t", [row("2024-01-01")])

    assert table.find(date(2023, 12, 31), "x") is None
    with pytest.raises(ParameterMissing):
        table.at(date(2023, 12, 31), "x")


def test_two_rows_of_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="same day"):
        DatedTable("t", [row("2024-01-01"), row("2024-01-01", "2.00")])


def test_a_row_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="no source"):
        DatedTable("t", [row("2024-01-01", source="")])


def test_the_shipped_tables_know_every_act_in_every_regime() -> None:
    parameters = load_parameters()
    regimes = ["general", "self_employed", "alsace_moselle", "agricultural_employee", "agricultural_self_employed"]

    for act in parameters.acts:
        for regime in regimes:
            parameters.scheme_rates.at(date(2026, 1, 1), act, regime)


def test_every_charge_has_its_amount_and_ceiling() -> None:
    parameters = load_parameters()

    for charge in {act.charge for act in parameters.acts.values() if act.charge}:
        assert parameters.charges.at(date(2026, 1, 1), charge, "amount") > 0
        assert parameters.charges.at(date(2026, 1, 1), charge, "per_year") == Decimal("50.00")
