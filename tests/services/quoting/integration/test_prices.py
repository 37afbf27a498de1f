"""Prices over HTTP: what a wizard shows, and what it is told when an answer is missing or impossible."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


@pytest.mark.feature("F-039", "F-043", "F-044")
def test_all_formulas_are_priced_by_the_month_and_by_the_year(api: Any) -> None:
    priced = api.post("/prices", factories.prices()).json
    assert [formula["label"] for formula in priced["formulas"]][3] == "Horizon TNS 300"
    assert {formula["code"]: formula["monthly"] for formula in priced["formulas"]} == {
        "100": "51.74",
        "150": "69.94",
        "200": "87.28",
        "300": "115.23",
        "375": "148.76",
        "450": "183.94",
    }
    for formula in priced["formulas"]:
        assert Decimal(formula["annual"]) == 12 * Decimal(formula["monthly"])
        assert sum(Decimal(line["amount"]) for line in formula["lines"]) == Decimal(formula["monthly"])
        (fee,) = [line for line in formula["lines"] if line["table"] == "association-fee"]
        assert fee["label"] == "Adhésion à l’association souscriptrice"


def test_each_line_says_where_it_comes_from(api: Any) -> None:
    formula = api.post("/prices", factories.prices()).json["formulas"][3]
    assert formula["lines"][0] == {
        "label": "Assuré principal, 41 ans",
        "table": "horizon-tns/premiums",
        "table_version": "2026.1",
        "key": "300 / 40-44 ans / Z2 / general",
        "factor": "100,41 × 1,00 × 1,00",
        "amount": "100.41",
    }


@pytest.mark.feature("F-040")
def test_the_needs_give_an_advised_formula_with_its_reasons(api: Any) -> None:
    priced = api.post("/prices", factories.prices()).json
    assert priced["recommended"] == "300"
    assert priced["recommendation_reasons"][0] == (
        "La formule Horizon TNS 300 est la moins chère qui réponde à tous les besoins exprimés."
    )
    assert "optique (lunettes, lentilles…)" in priced["recommendation_reasons"][1]


@pytest.mark.feature("F-042")
def test_the_option_is_priced_for_each_formula(api: Any) -> None:
    priced = api.post("/prices", factories.prices()).json
    assert [formula["option"]["monthly"] for formula in priced["formulas"]] == [
        "8.80",
        "10.70",
        "13.28",
        "14.89",
        "18.49",
        "22.96",
    ]
    assert {formula["option"]["label"] for formula in priced["formulas"]} == {"Surcomplémentaire"}
    without = api.post("/prices", factories.prices(product="horizon-serenite")).json["formulas"][0]
    assert without["option"] is None


@pytest.mark.feature("F-030")
@pytest.mark.parametrize("area", ["optical", "dental", "hearing", "hospital", "fees"])
def test_the_five_needs_are_mandatory(api: Any, area: str) -> None:
    needs = factories.needs()
    del needs[area]
    assert refusal(api.post("/prices", factories.prices(needs=needs))) == (422, "validation", [f"needs.{area}"])


@pytest.mark.feature("F-033", "F-035", "F-036", "F-037")
@pytest.mark.parametrize("field", ["regime", "birth_date", "spouse_birth_date", "children", "postcode", "town"])
def test_every_answer_about_the_household_is_mandatory(api: Any, field: str) -> None:
    body = factories.prices()
    del body[field]
    assert refusal(api.post("/prices", body)) == (422, "validation", [field])


@pytest.mark.feature("F-032")
@pytest.mark.parametrize(
    ("wished", "status"), [("2026-11-22", 422), ("2026-11-23", 200), ("2027-11-23", 200), ("2027-11-24", 422)]
)
def test_cover_may_begin_today_and_up_to_a_year_ahead(api: Any, wished: str, status: int) -> None:
    answer = api.post("/prices", factories.prices(effective_date=wished))
    assert answer.status_code == status
    if status == 422:
        assert refusal(answer) == (422, "effective_date.out_of_range", ["effective_date"])
        assert "23\u00a0novembre\u00a02026" in answer.json["detail"]


def test_today_is_the_day_in_paris(api: Any) -> None:
    from datetime import timedelta

    api.world.clock.advance(timedelta(hours=14, minutes=30))  # 23:30 UTC, half past midnight in Paris
    assert api.post("/prices", factories.prices(effective_date="2026-11-23")).status_code == 422
    assert api.post("/prices", factories.prices(effective_date="2026-11-24")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"product": "horizon-vie"}, "product.not_found", None),
        ({"regime": "other"}, "regime.not_accepted", "regime"),
        ({"regime": "agricultural_employee"}, "regime.not_accepted", "regime"),
        ({"town": "Cognac"}, "town.unknown", "town"),
        ({"postcode": "99999"}, "town.unknown", "town"),
        ({"postcode": "98714", "town": "Papeete"}, "zone.not_priced", "postcode"),
        ({"birth_date": "2009-01-01"}, "age.not_accepted", "birth_date"),
        ({"birth_date": "1940-01-01"}, "age.not_accepted", "birth_date"),
        ({"birth_date": "2030-01-01"}, "age.not_accepted", "birth_date"),
        ({"spouse_birth_date": "1940-01-01"}, "age.not_accepted", "spouse_birth_date"),
        ({"children": -1}, "validation", "children"),
        ({"children": 16}, "validation", "children"),
        ({"children": "2"}, "validation", "children"),
        ({"children": True}, "validation", "children"),
        ({"birth_date": "1985-02-30"}, "validation", "birth_date"),
        ({"birth_date": 19850514}, "validation", "birth_date"),
        ({"postcode": 16000}, "validation", "postcode"),
        ({"town": "A" * 81}, "validation", "town"),
        ({"needs": factories.needs(optical="best")}, "validation", "needs.optical"),
        ({"needs": {**factories.needs(), "illness": "none"}}, "validation", "needs.illness"),
        ({"surprise": 1}, "validation", "surprise"),
    ],
)
def test_what_cannot_be_priced_is_refused_with_its_field(
    api: Any, changes: dict[str, Any], code: str, field: str | None
) -> None:
    answer = api.post("/prices", factories.prices(**changes))
    status = 404 if field is None else 422
    assert refusal(answer) == (status, code, [field] if field else [])


@pytest.mark.feature("F-038")
def test_a_scheme_that_is_not_sold_online_is_sent_to_the_paper_form(api: Any) -> None:
    answer = api.post("/prices", factories.prices(regime="other"))
    assert "bulletin papier" in answer.json["errors"][0]["message"]


def test_a_town_is_found_whatever_its_case_and_accents(api: Any) -> None:
    for name in ("angouleme", "ANGOULÊME", " Angoulême "):
        assert api.post("/prices", factories.prices(town=name)).status_code == 200


def test_nothing_is_stored_by_a_price(api: Any) -> None:
    before = api.world.dump()
    api.post("/prices", factories.prices())
    assert api.world.dump() == before


@pytest.mark.parametrize("role", ["guest", "member", "manager", "service", "employer", "partner"])
def test_only_a_broker_asks_for_prices(api: Any, role: str) -> None:
    assert api.post("/prices", factories.prices(), role=role).status_code == 403
