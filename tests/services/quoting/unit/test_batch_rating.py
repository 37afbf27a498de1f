"""A portfolio priced at once: the same cents as one by one, the same refusals, nothing lost for one bad row."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.adapters.batch_rating import BatchTariff
from quoting.adapters.catalogue.loader import Published, load_published
from quoting.domain.catalogue import RegimeNotAccepted
from quoting.domain.rating import AgeNotAccepted, Household, ZoneNotPriced, price_household
from quoting.jobs.rerate import COLUMNS, REFUSED, FileRefused, Outcome, rerate
from quoting.usecases.ports import Offer

PRODUCTS = ("horizon-tns", "horizon-serenite")
# Where the tables change, and where everybody's tariff age does.
EFFECTS = (
    date(2026, 1, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 12, 31),
    date(2028, 1, 1),
    date(2029, 2, 28),
)


@cache
def published() -> Published:
    return load_published()


def offer() -> Offer:
    return Offer(published().catalogue, published().tariffs)


@cache
def batch(product: str, on: date) -> BatchTariff:
    return BatchTariff(published().catalogue.products[product], published().tariffs[product], on)


def boundary_births() -> list[date]:
    """Both sides of each entry age and each band of ages, on the first and last day of the year."""
    ages = (17, 18, 24, 25, 29, 30, 44, 45, 59, 60, 64, 65, 74, 75, 76, 121)
    return [date(effect.year - age, *day) for effect in EFFECTS for age in ages for day in ((1, 1), (12, 31))]


births = st.sampled_from(boundary_births()) | st.dates(date(1940, 1, 1), date(2012, 12, 31))
departments = st.sampled_from([*sorted(published().tariffs["horizon-tns"].periods[0].zones), "987", "20", ""])
regimes = st.sampled_from([*published().catalogue.regimes, "unknown"])
households = st.builds(
    Household,
    birth_date=births,
    spouse_birth_date=st.none() | births,
    children=st.integers(0, 15),
    department=departments,
    regime=regimes,
)


@settings(deadline=None, max_examples=400)
@given(
    some=st.lists(households, min_size=1, max_size=20), product=st.sampled_from(PRODUCTS), on=st.sampled_from(EFFECTS)
)
def test_it_is_one_by_one_rating_to_the_cent(some: list[Household], product: str, on: date) -> None:
    tariff = batch(product, on)
    rows = [tariff.row(household) for household in some]
    monthly = tariff.price(tariff.columns([row for row in rows if row is not None]))
    priced = iter(zip(monthly.formulas.tolist(), monthly.option.tolist(), strict=True))
    for household, row in zip(some, rows, strict=True):
        try:
            expected = price_household(
                household,
                product=published().catalogue.products[product],
                tariff=published().tariffs[product],
                effective_date=on,
            )
        except (AgeNotAccepted, RegimeNotAccepted, ZoneNotPriced):
            assert row is None
            continue
        formulas, options = next(priced)
        assert formulas == [price.cents for price in expected]
        assert options == [price.option.cents if price.option else 0 for price in expected]
    assert next(priced, None) is None


def test_more_than_one_step_is_priced_in_order() -> None:
    tariff = batch("horizon-tns", date(2027, 1, 1))
    ages = [18 + place % 58 for place in range(40_000)]
    one_of_each = {age: tariff.row(Household(date(2027 - age, 6, 1), None, 0, "16", "general")) for age in set(ages)}
    monthly = tariff.price(tariff.columns([row for age in ages if (row := one_of_each[age]) is not None]))
    assert len(monthly.formulas) == 40_000
    assert (monthly.formulas[:58] == monthly.formulas[58 * 600 : 58 * 601]).all()
    assert monthly.formulas[41 - 18].tolist() == [5174, 6994, 8728, 11523, 14876, 18394]


GOOD = {
    "reference": "C1",
    "product": "horizon-tns",
    "birth_date": "1986-05-14",
    "spouse_birth_date": "",
    "children": "0",
    "department": "16",
    "regime": "general",
}


def portfolio(folder: Path, *rows: dict[str, str], delimiter: str = ",", heading: tuple[str, ...] = COLUMNS) -> Path:
    path = folder / "portfolio.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heading, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def run(folder: Path, source: Path, on: date = date(2027, 1, 1)) -> Outcome:
    return rerate(offer(), source=source, effective_date=on, target=folder / "out.csv", rejects=folder / "bad.csv")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_portfolio_is_priced_into_a_file(tmp_path: Path, delimiter: str) -> None:
    other = {**GOOD, "reference": "C2", "product": "horizon-serenite", "birth_date": "14/05/1960", "children": "3"}
    source = portfolio(tmp_path, GOOD, other, {**GOOD, "reference": "C3"}, delimiter=delimiter)
    assert run(tmp_path, source) == Outcome(priced=3, refused=0)
    heading, *rows = read(tmp_path / "out.csv")
    assert heading == ["reference", "product", "tariff_version", "formula", "monthly", "annual", "option_monthly"]
    assert [row[4] for row in rows[:6]] == ["51.74", "69.94", "87.28", "115.23", "148.76", "183.94"]
    assert rows[0] == ["C1", "horizon-tns", "2027.1", "100", "51.74", "620.88", rows[0][6]]
    references = list(dict.fromkeys(row[0] for row in rows))
    assert references == ["C1", "C2", "C3"], "in the order of the portfolio, whatever the product"
    assert rows[-6:] == [["C3", *row[1:]] for row in rows[:6]]
    assert read(tmp_path / "bad.csv") == [list(REFUSED)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "out.csv", "portfolio.csv"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"birth_date": "1986-02-30"}, "birth_date\u00a0: «\u00a01986-02-30\u00a0» n’est pas une date"),
        ({"birth_date": "14-05-1986"}, "n’est pas une date"),
        ({"birth_date": ""}, "n’est pas une date"),
        ({"birth_date": "2010-01-01"}, "l’âge de l’assuré principal (17 ans) n’est pas de 18 à 75 ans"),
        ({"spouse_birth_date": "1951-12-31"}, "l’âge du conjoint (76 ans) n’est pas de 18 à 75 ans"),
        ({"spouse_birth_date": "1906-01-01"}, "l’âge du conjoint (121 ans)"),
        ({"children": "-1"}, "children\u00a0: «\u00a0-1\u00a0» n’est pas un nombre de 0 à 15"),
        ({"children": "16"}, "n’est pas un nombre de 0 à 15"),
        ({"children": "deux"}, "n’est pas un nombre"),
        ({"department": "987"}, "le tarif ne couvre pas le département «\u00a0987\u00a0»"),
        ({"regime": "agricultural_employee"}, "le produit n’accepte pas le régime"),
        ({"product": "autre"}, "le produit «\u00a0autre\u00a0» n’existe pas"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_priced(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    source = portfolio(tmp_path, GOOD, {**GOOD, "reference": "C2", **change}, {**GOOD, "reference": "C3"})
    assert run(tmp_path, source) == Outcome(priced=2, refused=1)
    _, (line, reference, said) = read(tmp_path / "bad.csv")
    assert (line, reference) == ("3", "C2")
    assert reason in said
    assert {row[0] for row in read(tmp_path / "out.csv")[1:]} == {"C1", "C3"}


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    source = portfolio(tmp_path, GOOD)
    source.write_text(source.read_text() + "C2,horizon-tns\nC3,horizon-tns,1986-05-14,,0,16,general,de trop\n")
    assert run(tmp_path, source) == Outcome(priced=1, refused=2)
    assert [row[2] for row in read(tmp_path / "bad.csv")[1:]] == ["7 colonnes sont attendues"] * 2


def test_a_date_without_a_tariff_refuses_every_row_of_that_product(tmp_path: Path) -> None:
    assert run(tmp_path, portfolio(tmp_path, GOOD, GOOD), date(2025, 12, 31)) == Outcome(priced=0, refused=2)
    assert "n’a pas de tarif au 31/12/2025" in read(tmp_path / "bad.csv")[1][2]


@pytest.mark.parametrize("content", [b"", b"reference,product\nC1,horizon-tns\n", b"r\xe9f\xe9rence;x\n"])
def test_what_is_no_portfolio_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "portfolio.csv"
    source.write_bytes(content)
    with pytest.raises(FileRefused):
        run(tmp_path, source)
    assert [path.name for path in tmp_path.iterdir()] == ["portfolio.csv"]
