"""Quotes over HTTP: stored, numbered, issued, read by those who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from plumbing.http import idempotency
from plumbing.ids import new_id
from quoting.adapters.tables import NUMBER_SEQUENCE, QUOTE
from quoting.domain.numbering import NumbersExhausted
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


@pytest.mark.feature("F-055", "F-057", "F-058")
def test_a_quote_is_numbered_issued_and_valid_for_thirty_days(api: Any) -> None:
    stored = api.post("/quotes", factories.quote()).json
    assert (stored["number"], stored["version"], stored["status_label"]) == ("RIS-0000000001", 1, "Proposé")
    assert stored["expires_on"] is None
    api.world.work()
    issued = api.get(f"/quotes/{stored['id']}").json
    assert issued["status_label"] == "Validé"
    assert (issued["issued_at"][:10], issued["expires_on"]) == ("2026-11-23", "2026-12-23")
    assert issued["monthly"] == "115.23"
    (event,) = api.world.said("quoting.quote.issued.v1")
    assert event.data["document_id"] == issued["document_id"]
    assert event.sealed["notifications"]["email"] == "julie.moreau@example.org"


def test_each_product_and_each_insurer_counts_on_its_own(api: Any) -> None:
    bodies = [factories.quote(), factories.quote(), factories.quote(product="horizon-serenite", formula="450")]
    numbers = [api.post("/quotes", body).json["number"] for body in bodies]
    assert numbers == ["RIS-0000000001", "RIS-0000000002", "TIS-0000000001"]
    assert api.post("/quotes", factories.quote(), tenant="plateau").json["number"] == "RIS-0000000001"


def test_a_refused_quote_uses_up_no_number(api: Any) -> None:
    api.post("/quotes", factories.quote(formula="125"))
    assert api.post("/quotes", factories.quote()).json["number"] == "RIS-0000000001"


def test_after_the_last_number_nothing_is_stored(api: Any) -> None:
    stored = api.post("/quotes", factories.quote()).json
    with api.world.services.engine.begin() as connection:
        connection.execute(update(NUMBER_SEQUENCE).values(last=9_999_999_998))
    assert api.post("/quotes", factories.quote()).json["number"] == "RIS-9999999999"
    with api.world.services.units.for_tenant("rives")() as work:
        another = replace(work.quotes.get(stored["id"]), id=new_id(), subscription_id=new_id(), link_hash=None)
        work.quotes.add_unnumbered(another, "RIS")
        with pytest.raises(NumbersExhausted):
            work.commit()
    with api.world.services.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(QUOTE)).scalar_one() == 2


@pytest.mark.feature("F-041")
def test_another_formula_than_the_advised_one_needs_a_reason_that_is_kept(api: Any) -> None:
    body = factories.quote(formula="150")
    assert refusal(api.post("/quotes", body)) == (422, "choice.unexplained", ["choice_reason"])
    stored = api.post("/quotes", {**body, "choice_reason": "Budget limité"}).json
    assert (stored["recommended"], stored["formula"], stored["choice_reason"]) == ("300", "150", "Budget limité")


@pytest.mark.feature("F-053")
def test_the_summary_says_everything_that_was_entered(api: Any) -> None:
    body = factories.family_quote(with_option=True)
    stored = api.post("/quotes", body).json
    assert stored["effective_date"] == body["effective_date"]
    assert stored["needs"] == body["needs"]
    assert stored["profile"].items() >= body["profile"].items()
    assert (stored["profile"]["department"], stored["profile"]["zone"]) == ("16", "Z2")
    assert stored["client"] == body["client"]
    assert (stored["formula_label"], stored["with_option"]) == ("Horizon TNS 300", True)
    total = sum(int(line["amount"].replace(".", "")) for line in stored["lines"])
    assert f"{total / 100:.2f}" == stored["monthly"]


@pytest.mark.feature("F-047", "F-048", "F-049")
@pytest.mark.parametrize(
    "field",
    ["civility", "last_name", "first_name", "birth_date", "address", "postcode", "town", "country", "email"],
)
def test_identity_address_and_email_are_mandatory(api: Any, field: str) -> None:
    client = factories.client()
    del client[field]
    assert refusal(api.post("/quotes", factories.quote(client=client))) == (422, "validation", [f"client.{field}"])


@pytest.mark.parametrize("field", ["birth_name", "address_extra", "mobile"])
def test_birth_name_second_line_and_mobile_are_not(api: Any, field: str) -> None:
    client = factories.client()
    del client[field]
    assert api.post("/quotes", factories.quote(client=client)).json["client"][field] is None


@pytest.mark.feature("F-050")
@pytest.mark.parametrize("email", ["courtier@lemaire.example", "Courtier@LEMAIRE.example"])
def test_the_brokers_own_email_is_not_the_clients(api: Any, email: str) -> None:
    answer = api.post("/quotes", factories.quote(client=factories.client(email=email)))
    assert refusal(answer) == (422, "client.email_is_brokers", ["client.email"])
    assert "identifiant de connexion" in answer.json["detail"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"formula": "125"}, "formula.unknown", "formula"),
        ({"product": "horizon-vie"}, "product.not_found", None),
        ({"client": factories.client(birth_date="1985-05-15")}, "client.birth_date_differs", "client.birth_date"),
        ({"client": factories.client(town="Cognac")}, "town.unknown", "client.town"),
        ({"profile": factories.profile(town="Cognac")}, "town.unknown", "profile.town"),
        ({"profile": factories.profile(regime="other")}, "regime.not_accepted", "profile.regime"),
        ({"effective_date": "2026-11-22"}, "effective_date.out_of_range", "effective_date"),
        ({"client": factories.client(last_name="M0reau")}, "validation", "client.last_name"),
        ({"client": factories.client(last_name="Moreau 🙂")}, "validation", "client.last_name"),
        ({"client": factories.client(last_name="A" * 81)}, "validation", "client.last_name"),
        ({"client": factories.client(address="12 rue 東京")}, "validation", "client.address"),
        ({"client": factories.client(email="julie")}, "validation", "client.email"),
        ({"client": factories.client(email="山田@example.org")}, "validation", "client.email"),
        ({"client": factories.client(mobile="05 45 00 00 00")}, "validation", "client.mobile"),
        ({"client": factories.client(country="France")}, "validation", "client.country"),
        ({"client": factories.client(civility="mx")}, "validation", "client.civility"),
        ({"choice_reason": "x" * 501}, "validation", "choice_reason"),
        ({"with_option": "yes"}, "validation", "with_option"),
    ],
)
def test_what_cannot_be_quoted_is_refused_with_its_field(
    api: Any, changes: dict[str, Any], code: str, field: str | None
) -> None:
    answer = api.post("/quotes", factories.quote(**changes))
    assert refusal(answer) == (404 if field is None else 422, code, [field] if field else [])
    assert api.get("/quotes").json["items"] == []


def test_an_option_that_is_not_offered_is_refused(api: Any) -> None:
    body = factories.quote(product="horizon-serenite", formula="100", with_option=True, choice_reason="Budget")
    assert refusal(api.post("/quotes", body)) == (422, "option.not_offered", ["with_option"])


def test_a_client_abroad_needs_no_french_town(api: Any) -> None:
    client = factories.client(country="BE", postcode="1000", town="Bruxelles")
    assert api.post("/quotes", factories.quote(client=client)).status_code == 201


def test_a_repeat_answers_the_same_and_stores_once(api: Any) -> None:
    key = new_id()
    first = api.post("/quotes", factories.quote(), key=key)
    again = api.post("/quotes", factories.quote(), key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert len(api.get("/quotes").json["items"]) == 1
    other = api.post("/quotes", factories.quote(formula="450", choice_reason="Confort"), key=key)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key.reused")


def test_a_broker_who_was_not_told_of_his_quote_is_told_later(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_id()
    with monkeypatch.context() as killed:
        killed.setattr(idempotency, "_keep", lambda *_: 1 / 0)
        first = api.post("/quotes", factories.quote(), key=key)
    again = api.post("/quotes", factories.quote(), key=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert len(api.get("/quotes").json["items"]) == 1


def test_the_price_of_a_quote_never_changes(api: Any) -> None:
    quote = api.issue()
    api.world.clock.advance(timedelta(days=20))
    assert api.get(f"/quotes/{quote['id']}").json["lines"] == quote["lines"]


def test_a_broker_sees_his_own_quotes_only(api: Any) -> None:
    mine = api.post("/quotes", factories.quote()).json
    theirs = api.post("/quotes", factories.quote(), sub=factories.OTHER_BROKER_ID).json
    assert [each["id"] for each in api.get("/quotes").json["items"]] == [mine["id"]]
    assert refusal(api.get(f"/quotes/{theirs['id']}")) == (404, "quote.not_found", [])
    assert api.get(f"/quotes/{theirs['id']}", role="manager").status_code == 200
    assert refusal(api.get(f"/quotes/{mine['id']}", tenant="plateau")) == (404, "quote.not_found", [])
    assert refusal(api.get(f"/quotes/{mine['id']}", role="manager", tenant="plateau")) == (404, "quote.not_found", [])


def test_the_list_is_paged_newest_first(api: Any) -> None:
    numbers = [api.post("/quotes", factories.quote()).json["number"] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = api.get(f"/quotes?limit=2{cursor}").json
        seen += [each["number"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == numbers[::-1]
    assert page["items"][0]["client"]["last_name"] == "Moreau"
    assert api.get("/quotes?cursor=nonsense").status_code == 422


def test_one_client_has_one_file_however_many_quotes(api: Any) -> None:
    first, second = (api.post("/quotes", factories.quote()).json for _ in range(2))
    namesake = api.post("/quotes", factories.quote(client=factories.client(email="autre@example.org"))).json
    assert first["client_id"] == second["client_id"] != namesake["client_id"]


def test_member_is_asked_once_about_a_broker_and_not_needed_afterwards(api: Any) -> None:
    with api.world.without("member"):
        answer = api.post("/quotes", factories.quote())
        assert (answer.status_code, answer.json["code"]) == (503, "identity.unavailable")
        assert answer.headers["Retry-After"]
    assert api.post("/quotes", factories.quote()).status_code == 201
    with api.world.without("member"):
        assert api.post("/quotes", factories.quote()).status_code == 201


def test_a_broker_whom_member_does_not_know_gets_nothing(api: Any) -> None:
    answer = api.post("/quotes", factories.quote(), sub="ffffffff-5a7e-7c31-9d0f-000000000009")
    assert (answer.status_code, answer.json["code"]) == (403, "broker.unknown")


@pytest.mark.parametrize("path", ["/quotes", f"/quotes/{factories.BROKER_ID}"])
@pytest.mark.parametrize("role", ["guest", "member", "service", "employer", "partner", None])
def test_nobody_else_reads_quotes(api: Any, path: str, role: str | None) -> None:
    assert api.get(path, role=role).status_code == (403 if role else 401)


@pytest.mark.feature("F-087")
def test_a_quote_lapses_after_its_last_valid_day(api: Any) -> None:
    quote = api.issue()
    api.world.clock.advance(timedelta(days=30))
    api.world.work()
    assert api.get(f"/quotes/{quote['id']}").json["status_label"] == "Validé"
    api.world.clock.advance(timedelta(days=1))
    api.world.expire()
    assert api.get(f"/quotes/{quote['id']}").json["status_label"] == "Expiré"
    answer = api.post("/guest-sessions", {"secret": api.link_secret()}, role=None)
    assert (answer.status_code, answer.json["code"]) == (410, "link.expired")
    assert "23\u00a0décembre\u00a02026" in answer.json["detail"]
