"""What is sold, and where people live."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.feature("F-015", "F-016")
def test_a_broker_sees_the_products_open_to_him_with_their_formulas(api: Any) -> None:
    products = {each["code"]: each for each in api.get("/products").json["items"]}
    assert list(products) == ["horizon-tns", "horizon-serenite"]
    tns, serenite = products.values()
    assert [formula["code"] for formula in tns["formulas"]] == ["100", "150", "200", "300", "375", "450"]
    assert (tns["prefix"], serenite["prefix"]) == ("RIS", "TIS")
    assert {"100", "450"} <= {formula["code"] for formula in serenite["formulas"]}


@pytest.mark.feature("F-098", "F-360")
def test_what_a_product_is_decides_wording_tax_and_eligibility(api: Any) -> None:
    tns = api.get("/products/horizon-tns").json
    serenite = api.get("/products/horizon-serenite").json
    assert (tns["responsible"], tns["madelin"], tns["self_employed_only"]) == (True, True, True)
    assert (serenite["madelin"], serenite["self_employed_only"]) == (False, False)
    assert "contrat collectif à adhésion facultative" in tns["summary"]
    assert (tns["association"], serenite["association"]) == ("Association Rives Indépendants", None)
    assert {"code": "self_employed", "label": "Travailleur non salarié (Sécurité sociale des indépendants)"} in tns[
        "regimes"
    ]
    assert "self_employed" not in {each["code"] for each in serenite["regimes"]}


@pytest.mark.feature("F-031")
def test_needs_have_four_ordered_levels(api: Any) -> None:
    questions = api.get("/products/horizon-tns").json["needs"]
    assert [each["label"] for each in questions["levels"]] == ["Minimal", "Médian", "Renforcé", "Supplément"]
    assert [each["code"] for each in questions["areas"]] == ["optical", "dental", "hearing", "hospital", "fees"]


def test_guarantees_have_a_value_for_each_formula(api: Any) -> None:
    guarantees = {each["code"]: each for each in api.get("/products/horizon-tns").json["guarantees"]}
    assert guarantees["doctor_optam"]["values"]["450"] == "450\u00a0% BR"
    assert guarantees["doctor_other"]["values"]["450"] == "200\u00a0% BR"


def test_documents_are_listed_once_they_are_made(api: Any) -> None:
    assert api.get("/products/horizon-tns").json["documents"] == []
    api.world.seed()
    api.world.work()
    documents = api.get("/products/horizon-tns").json["documents"]
    assert {(each["kind"], each["formula"]) for each in documents} >= {
        ("ipid", None),
        ("rules", None),
        ("examples", None),
        ("guarantees", "100"),
        ("guarantees", "450"),
    }
    assert [each["kind"] for each in documents if each["required"]] == ["ipid", "rules"]


def test_another_insurer_sells_under_his_own_name(api: Any) -> None:
    product = api.get("/products/horizon-tns", tenant="plateau").json
    assert product["association"] == "Association Plateau Indépendants"
    assert api.get("/products", tenant="nobody").json["items"] == []


def test_an_unknown_product_is_not_found(api: Any) -> None:
    answer = api.get("/products/horizon-vie")
    assert (answer.status_code, answer.json["code"]) == (404, "product.not_found")


@pytest.mark.feature("F-034")
def test_a_postcode_feeds_the_list_of_towns(api: Any) -> None:
    towns = api.get("/towns?postcode=16000").json["items"]
    assert towns == [{"postcode": "16000", "name": "Angoulême", "insee": "16015", "department": "16"}]
    several = [each["name"] for each in api.get("/towns?postcode=16100").json["items"]]
    assert len(several) > 3
    assert several == sorted(several)
    assert api.get("/towns?postcode=99999").json["items"] == []


@pytest.mark.parametrize("query", ["", "?postcode=", "?postcode=1600", "?postcode=16000A", "?postcode=16000&x=1"])
def test_a_postcode_is_five_digits(api: Any, query: str) -> None:
    answer = api.get(f"/towns{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation")


def test_a_guest_may_ask_for_towns_and_a_member_may_not(api: Any) -> None:
    assert api.get("/towns?postcode=16000", **api.as_guest("any")).status_code == 200
    assert api.get("/towns?postcode=16000", role="member").status_code == 403
    assert api.get("/towns?postcode=16000", role=None).status_code == 401
