"""Prices: exact to the cent, explained line by line, never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.adapters.catalogue.loader import Published, load_published
from quoting.domain.catalogue import RegimeNotAccepted
from quoting.domain.dated import NoVersion
from quoting.domain.rating import (
    AgeNotAccepted,
    FormulaPrice,
    Household,
    ZoneNotPriced,
    half_up,
    price_household,
    tariff_age,
)

TNS = "horizon-tns"
SERENITE = "horizon-serenite"
REFERENCE = Household(date(1985, 5, 14), None, 0, "16", "general")
EFFECT = date(2026, 12, 1)


@cache
def published() -> Published:
    return load_published()


def price(household: Household = REFERENCE, *, product: str = TNS, on: date = EFFECT) -> tuple[FormulaPrice, ...]:
    found = published()
    return price_household(
        household, product=found.catalogue.products[product], tariff=found.tariffs[product], effective_date=on
    )


def household(**changes: object) -> Household:
    facts = {
        "birth_date": date(1985, 5, 14),
        "spouse_birth_date": None,
        "children": 0,
        "department": "16",
        "regime": "general",
        **changes,
    }
    return Household(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "on", [date(2026, 1, 1), date(2026, 11, 23), date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31)]
)
def test_the_reference_profile_pays_the_documented_prices(on: date) -> None:
    monthly = [str(formula.monthly) for formula in price(on=on)]
    assert monthly == ["51.74", "69.94", "87.28", "115.23", "148.76", "183.94"]


def test_a_price_is_explained_line_by_line() -> None:
    (*_, formula_300, _, _) = price()
    assert [(line.label, line.table, line.table_version, str(line.amount)) for line in formula_300.lines] == [
        ("Assuré principal, 41 ans", "horizon-tns/premiums", "2026.1", "100.41"),
        ("Taxe de solidarité additionnelle (13,27\u00a0%)", "solidarity-tax", "2016", "13.32"),
        ("Adhésion à l’association souscriptrice", "association-fee", "2026", "1.50"),
    ]
    assert formula_300.lines[0].key == "300 / 40-44 ans / Z2 / general"
    assert formula_300.lines[0].factor == "100,41 × 1,00 × 1,00"
    assert formula_300.lines[1].factor == "0,1327 × 100,41"


def test_a_family_of_seven_pays_for_two_children() -> None:
    paying = price(household(spouse_birth_date=date(1987, 1, 1), children=2))
    free = price(household(spouse_birth_date=date(1987, 1, 1), children=5))
    assert [formula.cents for formula in paying] == [formula.cents for formula in free]
    assert free[0].lines[2].label == "5 enfants, dont 2 payants"
    assert free[0].lines[2].factor.startswith("2 × ")


def test_worked_by_hand() -> None:
    # 41 and 39 years, two children, Alsace-Moselle (0,78) in the Bas-Rhin (zone Z3, 1,06), formula 100.
    formula_100 = price(
        household(spouse_birth_date=date(1987, 2, 3), children=2, department="67", regime="alsace_moselle")
    )[0]
    main = Decimal("44.35") * Decimal("1.06") * Decimal("0.78")
    spouse = Decimal("39.47") * Decimal("1.06") * Decimal("0.78")
    child = Decimal("19.10") * Decimal("1.06") * Decimal("0.78")
    premiums = [round(main, 2), round(spouse, 2), 2 * round(child, 2)]
    assert (
        [line.amount for line in formula_100.lines[:3]]
        == premiums
        == [Decimal("36.67"), Decimal("32.63"), Decimal("31.58")]
    )
    tax = (sum(premiums, Decimal(0)) * Decimal("0.1327")).quantize(Decimal("0.01"))
    assert formula_100.monthly == sum(premiums, tax) + Decimal("1.50")


def test_the_option_has_its_own_price_and_tax() -> None:
    formula_300 = price()[3]
    assert formula_300.option is not None
    assert (formula_300.option.code, str(formula_300.option.monthly)) == ("SURCO", "14.89")
    assert formula_300.option.lines[-1].key == "other"
    assert "20,27" in formula_300.option.lines[-1].label


def test_a_formula_without_a_price_for_the_option_does_not_offer_it() -> None:
    first, *others = price(product=SERENITE)
    assert first.option is None
    assert all(formula.option is not None for formula in others)


def test_the_self_employed_product_alone_carries_the_association_fee() -> None:
    assert "association-fee" in {line.table for line in price()[0].lines}
    assert "association-fee" not in {line.table for line in price(product=SERENITE)[0].lines}


def test_a_tariff_change_applies_by_the_effective_date() -> None:
    older = household(birth_date=date(1960, 1, 1))
    before, after = price(older, on=date(2026, 12, 31)), price(older, on=date(2027, 1, 1))
    assert before[0].lines[0].table_version == "2026.1"
    assert after[0].lines[0].table_version == "2027.1"
    assert after[0].cents > before[0].cents


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1985, 12, 31), date(2026, 1, 1), 41),
        (date(1985, 1, 1), date(2026, 12, 31), 41),
        (date(1985, 1, 1), date(2027, 1, 1), 42),
    ],
)
def test_age_is_the_difference_of_the_years(born: date, on: date, age: int) -> None:
    assert tariff_age(born, on) == age


@pytest.mark.parametrize(("year", "accepted"), [(2009, False), (2008, True), (1951, True), (1950, False)])
def test_entry_age_is_from_18_to_75(year: int, accepted: bool) -> None:
    person = household(birth_date=date(year, 6, 1))
    if accepted:
        assert price(person)[0].cents > 0
        return
    with pytest.raises(AgeNotAccepted) as refusal:
        price(person)
    assert (refusal.value.who, refusal.value.first, refusal.value.last) == ("main", 18, 75)


def test_the_spouse_has_an_entry_age_too() -> None:
    with pytest.raises(AgeNotAccepted) as refusal:
        price(household(spouse_birth_date=date(1940, 1, 1)))
    assert refusal.value.who == "spouse"


def test_a_department_in_no_zone_is_refused_not_priced() -> None:
    with pytest.raises(ZoneNotPriced):
        price(household(department="987"))


def test_a_regime_that_the_product_does_not_take_is_refused() -> None:
    with pytest.raises(RegimeNotAccepted):
        price(household(regime="agricultural_employee"))


def test_a_date_before_the_first_tariff_is_refused() -> None:
    with pytest.raises(NoVersion):
        price(on=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("amount", "rate", "tax"), [(0, 1327, 0), (100, 1350, 14), (100, 1349, 13), (10041, 1327, 1332)]
)
def test_tax_is_rounded_half_up(amount: int, rate: int, tax: int) -> None:
    assert half_up(amount, rate) == tax


departments = st.sampled_from(["01", "03", "13", "16", "2A", "67", "75", "971", "976"])
births = st.dates(date(1952, 1, 1), date(2008, 12, 31))
effects = st.dates(date(2026, 1, 1), date(2027, 12, 31))
households = st.builds(
    Household,
    birth_date=births,
    spouse_birth_date=st.none() | births,
    children=st.integers(0, 15),
    department=departments,
    regime=st.sampled_from(["general", "alsace_moselle"]),
)
products = st.sampled_from([TNS, SERENITE])


@settings(deadline=None)
@given(household=households, product=products, on=effects)
def test_the_lines_add_up_and_a_year_is_twelve_months(household: Household, product: str, on: date) -> None:
    for formula in price(household, product=product, on=on):
        assert formula.cents == sum(line.cents for line in formula.lines) > 0
        assert all(line.cents >= 0 for line in formula.lines)
        assert formula.annual == 12 * formula.monthly
        if formula.option is not None:
            assert formula.option.cents == sum(line.cents for line in formula.option.lines) > 0


@settings(deadline=None)
@given(household=households, product=products, on=effects)
def test_more_cover_costs_more_and_the_same_question_has_the_same_answer(
    household: Household, product: str, on: date
) -> None:
    first = price(household, product=product, on=on)
    assert [formula.cents for formula in first] == sorted({formula.cents for formula in first})
    assert price(household, product=product, on=on) == first


@settings(deadline=None)
@given(household=households, product=products, on=effects)
def test_nobody_is_covered_for_less_than_somebody_younger(household: Household, product: str, on: date) -> None:
    older = household.birth_date.replace(day=1, year=max(1952, household.birth_date.year - 1))
    aged = Household(older, household.spouse_birth_date, household.children, household.department, household.regime)
    for now, then in zip(price(household, product=product, on=on), price(aged, product=product, on=on), strict=True):
        assert then.cents >= now.cents


@settings(deadline=None)
@given(household=households, product=products, on=effects)
def test_a_child_costs_up_to_the_second_and_nothing_from_the_third(
    household: Household, product: str, on: date
) -> None:
    def cents(children: int) -> int:
        facts = (household.birth_date, household.spouse_birth_date, children, household.department, household.regime)
        return price(Household(*facts), product=product, on=on)[0].cents

    assert cents(0) < cents(1) < cents(2) == cents(3) == cents(15)
