"""Reads the dated tables from their data files (`claims/parameters/*.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product

from claims.domain.parameters import Act, DatedGuarantee, DatedTable, Guarantee, GuaranteeKind, Parameters, Row

_FLAGS: Mapping[str, bool] = {"yes": True, "no": False}


def load_parameters(folder: Traversable | None = None) -> Parameters:
    """Return the tables of `folder`, by default those shipped. ValueError when a row cannot be read."""
    source = folder or files("claims") / "parameters"
    return Parameters(
        acts={act.code: act for act in _acts(source)},
        scheme_rates=_table(source, "scheme_rates", ("act", "regime"), "rate"),
        bases=_table(source, "bases", ("act", "convention"), "amount"),
        charges=_table(source, "charges", ("charge", "measure"), "amount"),
        limits=_table(source, "limits", ("limit", "act"), "value"),
        monthly_ceiling=_table(source, "monthly_ceiling", (), "value"),
        guarantees=tuple(_guarantees(source)),
    )


def _rows(source: Traversable, name: str) -> Iterator[dict[str, str]]:
    with (source / f"{name}.csv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines, strict=True)


def _table(source: Traversable, name: str, keys: tuple[str, ...], value: str) -> DatedTable:
    rows = [
        Row(key=key, value=Decimal(row[value]), valid_from=date.fromisoformat(row["valid_from"]), source=row["source"])
        for row in _rows(source, name)
        for key in product(*(row[column].split("|") for column in keys))
    ]
    return DatedTable(name, rows)


def _acts(source: Traversable) -> Iterator[Act]:
    for row in _rows(source, "acts"):
        yield Act(
            code=row["code"],
            label=row["label"],
            category=row["category"],
            charge=row["charge"] or None,
            practitioner=_FLAGS[row["practitioner"]],
            basket=_FLAGS[row["basket"]],
        )


def _guarantees(source: Traversable) -> Iterator[DatedGuarantee]:
    for row in _rows(source, "guarantees"):
        guarantee = Guarantee(
            kind=GuaranteeKind(row["kind"]),
            value=Decimal(row["value"]),
            includes_scheme=_FLAGS[row["includes_scheme"]],
            without_scheme=_FLAGS[row["without_scheme"]],
            times=int(row["times"]) if row["times"] else None,
            years=int(row["years"] or 1),
        )
        for code, level, category in product(*(row[column].split("|") for column in ("product", "level", "category"))):
            yield DatedGuarantee(
                product=code,
                level=level,
                category=category,
                guarantee=guarantee,
                valid_from=date.fromisoformat(row["valid_from"]),
                source=row["source"],
            )
