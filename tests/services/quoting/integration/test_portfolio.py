"""The broker's search: clients by name, quotes by number and status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.quoting import factories
from tests.services.quoting.answers import refusal
from tests.services.quoting.integration.test_versions import modified


def client_named(last: str, first: str, **changes: Any) -> dict[str, Any]:
    return factories.client(last_name=last, first_name=first, email=f"{first}.{len(last)}@example.org", **changes)


def store(api: Any, *people: tuple[str, str], **caller: Any) -> None:
    for last, first in people:
        answer = api.post("/quotes", factories.quote(client=client_named(last, first)), **caller)
        assert answer.status_code == 201, answer.json


def search(api: Any, name: str, **more: Any) -> Any:
    caller = more.pop("caller", {})
    return api.post("/portfolio/client-searches", {"name": name, **more}, **caller).json


def names(api: Any, typed: str) -> list[str]:
    return [f"{row['last_name']} {row['first_name']}" for row in search(api, typed)["items"]]


@pytest.mark.feature("F-067")
def test_clients_are_found_by_the_beginning_of_a_name_whatever_its_accents_and_case(api: Any) -> None:
    store(api, ("Le Goff", "Éloïse"), ("Moreau", "Julie"), ("Goffin", "Paul"))
    assert names(api, "goff") == ["Goffin Paul", "Le Goff Éloïse"]
    assert names(api, "ELOISE") == names(api, "éloïse le goff") == ["Le Goff Éloïse"]
    assert names(api, "reau") == []


@pytest.mark.feature("F-068")
def test_a_percent_sign_lists_the_whole_portfolio_and_stands_for_any_letters(api: Any) -> None:
    store(api, ("Le Goff", "Éloïse"), ("Moreau", "Julie"), ("Goffin", "Paul"))
    assert names(api, "%") == ["Goffin Paul", "Le Goff Éloïse", "Moreau Julie"]
    assert names(api, "%reau") == ["Moreau Julie"]
    assert names(api, "mor%julie") == ["Moreau Julie"]
    assert names(api, "_oreau") == names(api, "mor_au%") == []


@pytest.mark.feature("F-069")
def test_a_found_client_shows_his_birth_date_newest_address_and_role(api: Any) -> None:
    store(api, ("Moreau", "Julie"))
    moved = client_named("Moreau", "Julie", address="1 rue test", address_extra="Bât. C")
    api.post("/quotes", factories.quote(client=moved))
    (row,) = search(api, "moreau")["items"]
    assert (row["birth_date"], row["role"]) == ("1985-05-14", "Client")
    assert (row["address"], row["address_extra"], row["postcode"], row["town"], row["country"]) == (
        "1 rue test",
        "Bât. C",
        "16000",
        "Angoulême",
        "FR",
    )


@pytest.mark.feature("F-067")
def test_a_broker_finds_his_own_clients_only(api: Any) -> None:
    other, elsewhere = {"sub": factories.OTHER_BROKER_ID}, {"tenant": "plateau"}
    store(api, ("Moreau", "Julie"))
    store(api, ("Martin", "Anne"), **other)
    store(api, ("Meunier", "Luc"), **elsewhere)
    assert names(api, "%") == ["Moreau Julie"]
    assert [row["last_name"] for row in search(api, "%", caller=other)["items"]] == ["Martin"]
    assert [row["last_name"] for row in search(api, "%", caller=elsewhere)["items"]] == ["Meunier"]
    assert api.post("/portfolio/client-searches", {"name": "%"}, role="manager").status_code == 403


def test_the_list_of_clients_goes_on_where_the_page_ended(api: Any) -> None:
    people = [("Martin", first) for first in ("Anne", "Béa", "Céline", "Diane", "Éva")]
    store(api, *people, ("Moreau", "Julie"))
    seen, cursor = [], None
    for _page in range(3):
        page = search(api, "martin", limit=2, cursor=cursor)
        seen += [row["first_name"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["Anne", "Béa", "Céline", "Diane", "Éva"], None)
    assert "Martin" not in search(api, "martin", limit=2)["next_cursor"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "   "}, {"name": "m" * 81}, {"name": "m", "more": 1}])
def test_a_search_without_a_name_is_refused(api: Any, body: dict[str, Any]) -> None:
    assert refusal(api.post("/portfolio/client-searches", body))[:2] == (422, "validation")


def test_the_birth_date_and_address_of_a_portfolio_lie_closed_in_the_database(api: Any) -> None:
    store(api, ("Moreau", "Julie"))
    search(api, "moreau")
    dump = api.world.dump()
    assert not [fact for fact in ("1985-05-14", "République", "Julie.6@example.org") if fact in dump]


@pytest.mark.feature("F-082", "F-085")
def test_a_number_finds_every_version_each_in_its_row(api: Any) -> None:
    store(api, ("Martin", "Anne"))
    first = api.issue()
    modified(api, first, formula="450", choice_reason="Lunettes")
    rows: list[dict[str, Any]] = []
    for typed in ("RIS-0000000002", "ris 2", "2"):
        rows = api.get(f"/portfolio/quotes?identifier={typed}").json["items"]
        assert [(row["number"], row["version"]) for row in rows] == [("RIS-0000000002", 2), ("RIS-0000000002", 1)]
    newest, oldest = rows
    assert newest["client"]["last_name"] == "Moreau"
    assert [row["formula_label"] for row in rows] == ["Horizon TNS 450", "Horizon TNS 300"]
    assert (newest["product_name"], newest["expires_on"]) == ("Horizon TNS", "2026-12-23")
    only = api.get("/portfolio/quotes?identifier=RIS-0000000002 / 1").json["items"]
    assert [row["id"] for row in only] == [oldest["id"]]
    for nothing in ("RIS-0000000009", "Moreau", "TIS-0000000002"):
        assert api.get(f"/portfolio/quotes?identifier={nothing}").json["items"] == []
    assert len(api.get("/portfolio/quotes?identifier=%25").json["items"]) == 3


@pytest.mark.feature("F-083", "F-086")
def test_only_subscribed_and_validated_narrow_the_search(api: Any) -> None:
    store(api, ("Martin", "Anne"))
    api.world.work()
    signed, open_ = api.issue(), api.issue()
    api.subscribe(signed)
    api.sign(signed["subscription_id"])
    modified(api, open_)

    def found(query: str) -> list[tuple[str, int, str]]:
        rows = api.get(f"/portfolio/quotes?{query}").json["items"]
        return [(row["number"][-1], row["version"], row["status_label"]) for row in rows]

    assert found("validated=true") == [("3", 2, "Validé"), ("1", 1, "Validé")]
    assert found("subscribed=true") == [("2", 1, "Souscrit")]
    assert found("subscribed=true&validated=true") == [
        ("3", 2, "Validé"),
        ("2", 1, "Souscrit"),
        ("1", 1, "Validé"),
    ]
    assert found("") == [("3", 2, "Validé"), ("3", 1, "Expiré"), ("2", 1, "Souscrit"), ("1", 1, "Validé")]
    for other in ("expired=true", "proposed=true", "status=expired", "status=validated", "validated=yes"):
        for path in ("/portfolio/quotes", "/quotes"):
            assert api.get(f"{path}?{other}").status_code == 422


def test_narrowed_lists_are_paged_across_both_statuses(api: Any) -> None:
    store(api, *[("Martin", first) for first in ("Anne", "Béa", "Céline")])
    api.world.work()
    seen, cursor = [], ""
    for _page in range(2):
        page = api.get(f"/portfolio/quotes?validated=true&subscribed=true&limit=2{cursor}").json
        seen += [row["number"][-1] for row in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert (seen, cursor) == (["3", "2", "1"], "&cursor=None")


@pytest.mark.feature("F-084")
def test_no_other_status_than_the_ten_leaves_the_service(api: Any) -> None:
    first = api.issue()
    modified(api, first)
    statuses = api.get("/portfolio/quotes").json["items"] + api.get("/quotes").json["items"]
    assert {row["status"] for row in statuses} == {"validated", "expired"}
    document = api.world.client.get("/openapi.json").json
    enum = document["components"]["schemas"]["QuoteRow"]["properties"]["status"]["enum"]
    assert len(enum) == 10
    assert "replaced" not in enum
    assert [(row["version"], row["status"]) for row in api.get("/quotes").json["items"]] == [
        (2, "validated"),
        (1, "expired"),
    ]
