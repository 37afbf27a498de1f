"""What is published: checked when it is loaded, so that nothing wrong is ever sold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from quoting.adapters.catalogue.files import CatalogueRefused
from quoting.adapters.catalogue.loader import DATA, load_published
from quoting.adapters.catalogue.seal import seal
from quoting.domain.catalogue import UnknownFormula, UnknownProduct
from quoting.domain.dated import DatedTable, NoVersion, TableGap, Version
from quoting.domain.needs import NeedArea, NeedLevel

Change = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    return copy


def change(folder: Path, name: str, edit: Change) -> None:
    path = folder / name
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    seal(folder)


def replaced(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new, 1)


TNS_2026 = "tariffs/horizon-tns-2026.1.csv"


@pytest.mark.parametrize(
    ("name", "edit", "why"),
    [
        (TNS_2026, replaced("adult,300,40,44,100.41\n", ""), "gap or overlap at age 40"),
        (TNS_2026, replaced("adult,300,40,44,", "adult,300,39,44,"), "gap or overlap at age 40"),
        (TNS_2026, replaced("adult,300,80,120,", "adult,300,80,119,"), "ages end at 119"),
        (TNS_2026, replaced("adult,300,40,44,100.41", "adult,300,40,44,0.00"), "not positive"),
        (TNS_2026, replaced("adult,300,40,44,100.41", "adult,300,40,44,-1.00"), "not positive"),
        (TNS_2026, replaced("adult,300,40,44,100.41", "adult,300,40,44,cent"), "is not a number"),
        (TNS_2026, replaced("child,300,,,40.60\n", ""), "children 300"),
        (TNS_2026, replaced("child,300,,,40.60", "child,300,,,-40.60"), "negative premium"),
        (TNS_2026, replaced("child,300,,,40.60", "child,200,,,40.60"), "twice"),
        (TNS_2026, replaced("option_child,300,,,5.30\n", ""), "option for children 300"),
        (TNS_2026, replaced("person,formula", "who,formula"), "header"),
        ("tariffs/zones-2026.csv", replaced("16,Z2", "16,Z9"), "zone Z9"),
        ("tariffs/zones-2026.csv", replaced("17,Z2", "16,Z2"), "a department twice"),
        ("tariffs/taxes-2016.csv", replaced("other,0.2027\n", ""), "tax other"),
        ("tariffs/taxes-2016.csv", replaced("0.1327", "0.13271"), "four places"),
        ("tariffs.yaml", replaced("valid_to: 2026-12-31", "valid_to: 2026-12-30"), "does not begin the day after"),
        ("tariffs.yaml", replaced("valid_to: 2026-12-31", "valid_to: 2027-01-05"), "does not begin the day after"),
        ("tariffs.yaml", replaced("        valid_to: 2026-12-31\n", ""), "does not begin the day after"),
        ("tariffs.yaml", replaced('Z1: "0.94"', "Z1: 0.94"), "not quoted"),
        ("tariffs.yaml", replaced('alsace_moselle: "0.78", ', ""), "régime alsace_moselle"),
        ("tariffs.yaml", replaced('alsace_moselle: "0.78"', 'alsace_moselle: "0.00"'), "not positive"),
        ("tariffs.yaml", replaced("  horizon-serenite:", "  horizon-autre:"), "every product needs a tariff"),
        ("products/horizon-tns.yaml", replaced("180 % BR", "185 % BR"), "a responsible contract allows 180 %"),
        ("products/horizon-tns.yaml", replaced("regimes: [general,", "regimes: [other,"), "not sold online"),
        ("products/horizon-tns.yaml", replaced("values: [—, 35 €,", "values: [35 €,"), "5 values for 6 formulas"),
        ("products/horizon-tns.yaml", replaced("optical: minimal,", "optical: nothing,"), "nothing"),
        ("insurers.yaml", replaced("products: [horizon-tns,", "products: [horizon-vie,"), "unknown products"),
    ],
)
def test_a_fault_in_a_file_stops_the_start(folder: Path, name: str, edit: Change, why: str) -> None:
    change(folder, name, edit)
    with pytest.raises(CatalogueRefused, match=why):
        load_published(folder)


def test_a_file_altered_after_it_was_published_stops_the_start(folder: Path) -> None:
    path = folder / TNS_2026
    path.write_text(path.read_text(encoding="utf-8").replace("100.41", "90.41"), encoding="utf-8")
    with pytest.raises(CatalogueRefused, match="altered"):
        load_published(folder)


def test_a_file_that_nobody_published_stops_the_start(folder: Path) -> None:
    (folder / "tariffs" / "horizon-tns-2028.csv").write_text("person,formula,age_from,age_to,amount\n")
    with pytest.raises(CatalogueRefused, match="not in SHA256SUMS"):
        load_published(folder)


def test_a_missing_file_stops_the_start(folder: Path) -> None:
    (folder / TNS_2026).unlink()
    with pytest.raises(CatalogueRefused, match="missing"):
        load_published(folder)


def test_the_published_catalogue_is_the_one_that_was_sealed(folder: Path) -> None:
    before = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    seal(folder)
    assert (folder / "SHA256SUMS").read_text(encoding="utf-8") == before


def test_each_insurer_sells_his_products_only() -> None:
    catalogue = load_published().catalogue
    assert [product.code for product in catalogue.products_of("rives")] == ["horizon-tns", "horizon-serenite"]
    assert catalogue.products_of("nobody") == ()
    with pytest.raises(UnknownProduct):
        catalogue.product("rives", "horizon-vie")
    with pytest.raises(UnknownProduct):
        catalogue.product("nobody", "horizon-tns")
    with pytest.raises(UnknownFormula):
        catalogue.product("rives", "horizon-tns").formula("125")


def test_formulas_answer_more_from_one_to_the_next() -> None:
    for product in load_published().catalogue.products.values():
        for lower, higher in zip(product.formulas, product.formulas[1:], strict=False):
            assert all(higher.answers[area].rank >= lower.answers[area].rank for area in NeedArea)
        assert all(product.formulas[-1].answers[area] is NeedLevel.EXTRA for area in NeedArea)


def test_texts_are_typeset_in_french() -> None:
    product = load_published().catalogue.products["horizon-tns"]
    assert product.formula("300").guarantees["doctor_optam"] == "300\u00a0% BR"
    assert "«\u00a0100\u00a0% Santé\u00a0»" in product.texts["ipid"]["what"]


def versions(*spans: tuple[date, date | None]) -> tuple[Version[Decimal], ...]:
    return tuple(Version(str(n), first, last, "test", Decimal(n)) for n, (first, last) in enumerate(spans))


def test_a_dated_table_answers_on_both_sides_of_a_change() -> None:
    table = DatedTable("fee", versions((date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)))
    assert table.at(date(2026, 6, 30)).value == 0
    assert table.at(date(2026, 7, 1)).value == 1
    assert table.at(date(2099, 1, 1)).value == 1
    with pytest.raises(NoVersion):
        table.at(date(2025, 12, 31))


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(date(2026, 1, 1), date(2025, 12, 31))],
        [(date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 2), None)],
        [(date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 6, 30), None)],
        [(date(2026, 1, 1), None), (date(2026, 7, 1), None)],
    ],
)
def test_a_gap_or_an_overlap_is_no_table(spans: list[tuple[date, date | None]]) -> None:
    with pytest.raises(TableGap):
        DatedTable("fee", versions(*spans))
