"""« Acte de gestion » → « Modifier »: the next version of a quote, and what becomes of the one before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal

PRICED = ("monthly", "annual", "lines", "tariff_version", "formula", "with_option", "effective_date", "needs")
ENTRIES = ("formula", "with_option", "choice_reason", "effective_date", "needs", "client")
OF_PROFILE = ("regime", "postcode", "town", "birth_date", "spouse_birth_date", "children")


def entries(quote: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the prefilled screens send when nothing else is changed."""
    return {
        **{name: quote[name] for name in ENTRIES},
        "profile": {name: quote["profile"][name] for name in OF_PROFILE},
        **changes,
    }


def modify(api: Any, quote: dict[str, Any], *, caller: dict[str, Any] | None = None, **changes: Any) -> Any:
    return api.post(f"/quotes/{quote['id']}/versions", entries(quote, **changes), **(caller or {}))


def modified(api: Any, quote: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The next version, issued."""
    answer = modify(api, quote, **changes)
    assert answer.status_code == 201, answer.json
    api.world.work()
    version: dict[str, Any] = api.get(f"/quotes/{answer.json['id']}").json
    return version


def end_signature(api: Any, quote: dict[str, Any], how: str) -> None:
    subject = f"subscription:{quote['subscription_id']}"
    more = {"reason": "Trop cher"} if how == "refused" else {}
    data = {"ceremony_id": new_id(), "subject": subject, "product_name": "Horizon TNS", "cause": "wrong_codes", **more}
    api.world.hear(f"signature.ceremony.{how}.v1", data)


@pytest.mark.feature("F-080", "F-081")
def test_modifying_makes_the_next_version_with_its_own_validity_mail_and_link(api: Any) -> None:
    first = api.issue(factories.quote(effective_date="2026-12-20"))
    api.world.clock.advance(timedelta(days=10))
    second = modified(api, first, formula="450", choice_reason="Lunettes")
    assert (second["number"], second["version"], second["status_label"]) == (first["number"], 2, "Validé")
    assert (second["formula_label"], second["monthly"]) == ("Horizon TNS 450", "183.94")
    assert (first["expires_on"], second["expires_on"]) == ("2026-12-23", "2027-01-02")
    one, two = api.world.said("quoting.quote.issued.v1")
    assert (one.data["version"], two.data["version"]) == (1, 2)
    assert two.sealed["notifications"]["email"] == "julie.moreau@example.org"
    assert one.sealed["notifications"]["link_secret"] != two.sealed["notifications"]["link_secret"]
    assert second["document_id"] != first["document_id"]


@pytest.mark.feature("F-085", "F-352")
def test_the_version_before_reads_expired_and_says_what_it_said(api: Any) -> None:
    first = api.issue()
    second = modified(api, first, formula="450", choice_reason="Lunettes")
    old = api.get(f"/quotes/{first['id']}").json
    assert (old["status"], old["status_label"]) == ("expired", "Expiré")
    assert {**old, "status": "validated", "status_label": "Validé"} == first
    rows = api.get("/portfolio/quotes").json["items"]
    assert [(row["version"], row["status_label"]) for row in rows] == [(2, "Validé"), (1, "Expiré")]
    versions = api.get(f"/quotes/{second['id']}/versions").json["items"]
    assert [(row["version"], row["modifiable"]) for row in versions] == [(2, True), (1, False)]


def test_the_link_of_a_replaced_version_is_dead_and_the_new_one_works(api: Any) -> None:
    first = api.issue()
    dead = api.link_secret()
    modified(api, first)
    answer = api.post("/guest-sessions", {"secret": dead}, role=None)
    assert refusal(answer)[:2] == (410, "link.replaced")
    assert "le lien du dernier message" in answer.json["detail"]
    assert api.post("/guest-sessions", {"secret": api.link_secret()}, role=None).status_code == 200


def test_a_version_whose_pdf_was_being_made_is_never_issued(api: Any) -> None:
    first = api.post("/quotes", factories.quote()).json
    second = modified(api, first)
    assert api.get(f"/quotes/{first['id']}").json["issued_at"] is None
    assert second["status"] == "validated"
    assert [said.data["version"] for said in api.world.said("quoting.quote.issued.v1")] == [2]


# Born in 1970, the tariff of 2027 is 1.9 % dearer; before 45 it is frozen.
OLDER = "1970-05-14"


def older(**changes: Any) -> dict[str, Any]:
    return factories.quote(
        profile=factories.profile(birth_date=OLDER), client=factories.client(birth_date=OLDER), **changes
    )


@pytest.mark.feature("F-081")
@pytest.mark.parametrize(
    ("effective", "tariff", "dearer"), [("2026-12-31", "2026.1", False), ("2027-01-01", "2027.1", True)]
)
def test_a_version_is_priced_by_the_tariff_in_force_and_the_one_before_keeps_its_price(
    api: Any, effective: str, tariff: str, dearer: bool
) -> None:
    first = api.issue(older(effective_date="2026-12-01"))
    second = modified(api, first, effective_date=effective)
    assert (first["tariff_version"], second["tariff_version"]) == ("2026.1", tariff)
    assert (float(second["monthly"]) > float(first["monthly"])) is dearer
    kept = api.get(f"/quotes/{first['id']}").json
    assert {name: kept[name] for name in PRICED} == {name: first[name] for name in PRICED}


@pytest.mark.parametrize("effective", ["2026-12-31", "2027-01-01"])
def test_an_unchanged_modification_costs_the_same_until_the_tariff_does(api: Any, effective: str) -> None:
    first = api.issue(older(effective_date=effective))
    second = modified(api, first)
    assert {name: second[name] for name in PRICED} == {name: first[name] for name in PRICED}


def test_an_expired_quote_can_be_modified_with_a_date_that_still_holds(api: Any) -> None:
    first = api.issue(factories.quote(effective_date="2026-12-20"))
    api.world.clock.advance(timedelta(days=31))
    api.world.expire()
    assert api.get(f"/quotes/{first['id']}").json["status"] == "expired"
    assert refusal(modify(api, first)) == (422, "effective_date.out_of_range", ["effective_date"])
    second = modified(api, first, effective_date="2027-02-01")
    assert (second["version"], second["status"]) == (2, "validated")


def test_the_nightly_job_lets_the_last_version_lapse_and_leaves_the_replaced_one(api: Any) -> None:
    first = api.issue(factories.quote(effective_date="2027-03-01"))
    api.world.clock.advance(timedelta(days=20))
    second = modified(api, first)
    for days, status in ((11, "validated"), (19, "validated"), (1, "expired")):
        api.world.clock.advance(timedelta(days=days))
        api.world.expire()
        assert api.get(f"/quotes/{second['id']}").json["status"] == status
    with api.world.services.units.reading("rives") as session:
        stored = session.execute(text("SELECT version, status FROM quote ORDER BY version")).all()
    assert [tuple(row) for row in stored] == [(1, "replaced"), (2, "expired")]


def test_only_the_last_version_can_be_modified(api: Any) -> None:
    first = api.issue()
    modified(api, first)
    answer = modify(api, first)
    assert refusal(answer)[:2] == (409, "quote.replaced")
    assert "version 2" in answer.json["detail"]


def test_a_submitted_or_signed_quote_cannot_be_modified(api: Any) -> None:
    first = api.issue()
    api.subscribe(first)
    assert refusal(modify(api, first))[:2] == (409, "quote.not_modifiable")
    api.sign(first["subscription_id"])
    answer = modify(api, first)
    assert refusal(answer)[:2] == (409, "quote.not_modifiable")
    assert "Souscrit" in answer.json["detail"]
    assert api.get(f"/quotes/{first['id']}/versions").json["items"][0]["modifiable"] is False


@pytest.mark.parametrize(("how", "label"), [("failed", "Expiré"), ("expired", "Expiré"), ("refused", "Décliné")])
def test_after_a_signature_that_came_to_nothing_the_next_version_starts_afresh(api: Any, how: str, label: str) -> None:
    first = api.issue()
    api.subscribe(first)
    end_signature(api, first, how)
    assert api.get(f"/quotes/{first['id']}/versions").json["items"][0]["modifiable"] is True
    second = modified(api, first)
    assert (second["version"], second["status"]) == (2, "validated")
    assert second["subscription_id"] != first["subscription_id"]
    assert api.get(f"/quotes/{first['id']}").json["status_label"] == label
    assert api.subscribe(second)["file"]["status"] == "awaiting_documents"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"formula": "125"}, "formula.unknown", "formula"),
        ({"formula": "150"}, "choice.unexplained", "choice_reason"),
        ({"effective_date": "2026-11-22"}, "effective_date.out_of_range", "effective_date"),
        ({"profile": factories.profile(regime="other")}, "regime.not_accepted", "profile.regime"),
        ({"profile": factories.profile(town="Paris")}, "town.unknown", "profile.town"),
        ({"client": factories.client(email="Courtier@Lemaire.example")}, "client.email_is_brokers", "client.email"),
        ({"client": factories.client(birth_date="1985-05-15")}, "client.birth_date_differs", "client.birth_date"),
    ],
)
def test_a_refused_modification_changes_nothing(api: Any, changes: Any, code: str, field: str) -> None:
    first = api.issue()
    assert refusal(modify(api, first, **changes)) == (422, code, [field])
    assert api.get(f"/quotes/{first['id']}").json == first
    assert len(api.get("/portfolio/quotes").json["items"]) == 1


def test_another_broker_and_a_manager_cannot_modify(api: Any) -> None:
    first = api.issue()
    other = {"sub": factories.OTHER_BROKER_ID}
    assert refusal(modify(api, first, caller=other))[:2] == (404, "quote.not_found")
    assert modify(api, first, caller={"role": "manager"}).status_code == 403
    assert modify(api, first, caller={"tenant": "plateau"}).status_code == 404
    assert api.get(f"/quotes/{first['id']}/versions", **other).status_code == 404
    assert api.get(f"/quotes/{first['id']}/versions", role="manager").status_code == 200


@pytest.mark.feature("F-066")
def test_a_duplicate_is_a_new_quote_and_leaves_the_other_alone(api: Any) -> None:
    first = api.issue()
    copy = {**entries(first), "product": first["product_code"]}
    second = api.issue(copy)
    assert (second["number"], second["version"]) == ("RIS-0000000002", 1)
    assert {name: second[name] for name in PRICED} == {name: first[name] for name in PRICED}
    assert second["client_id"] == first["client_id"]
    assert api.get(f"/quotes/{first['id']}").json == first


def test_a_mistyped_name_is_corrected_in_the_file_and_the_issued_version_keeps_it(api: Any) -> None:
    first = api.issue(factories.quote(client=factories.client(last_name="Morau")))
    second = modified(api, first, client=factories.client(last_name="Moreau"))
    assert second["client_id"] == first["client_id"]
    assert api.get(f"/quotes/{first['id']}").json["client"]["last_name"] == "Morau"
    found = api.post("/portfolio/client-searches", {"name": "%"}).json["items"]
    assert [row["last_name"] for row in found] == ["Moreau"]
    assert api.post("/portfolio/client-searches", {"name": "morau"}).json["items"] == []


def test_a_correction_to_somebody_known_goes_to_his_file(api: Any) -> None:
    known = api.issue()
    typed = api.issue(factories.quote(client=factories.client(last_name="Morau")))
    assert modified(api, typed, client=factories.client())["client_id"] == known["client_id"]


def test_nobody_inherits_a_clients_contracts_by_a_modified_name(api: Any) -> None:
    signed = api.issue()
    api.subscribe(signed)
    api.sign(signed["subscription_id"])
    again = api.issue()
    assert again["client_id"] == signed["client_id"]
    other = modified(api, again, client=factories.client(last_name="Martin", email="martin@example.org"))
    assert other["client_id"] != signed["client_id"]


def test_a_repeated_click_makes_one_version_and_another_body_is_refused(api: Any) -> None:
    first, key = api.issue(), new_id()
    path, body = f"/quotes/{first['id']}/versions", entries(first)
    answers = [api.post(path, body, key=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    other = api.post(path, {**body, "formula": "450", "choice_reason": "Lunettes"}, key=key)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key.reused")
    assert len(api.get("/portfolio/quotes").json["items"]) == 2


def ends_said(api: Any) -> list[tuple[str, str, dict[str, Any]]]:
    kinds = ("replaced", "expired", "declined")
    return [
        (said.type.split(".")[2], said.subject, said.data)
        for said in api.world.said()
        if said.type in {f"quoting.quote.{kind}.v1" for kind in kinds}
    ]


@pytest.mark.feature("F-085", "F-087")
def test_each_end_of_a_version_is_said_once(api: Any) -> None:
    first = api.issue(factories.quote(effective_date="2027-03-01"))
    second = modified(api, first)
    ended = {
        "subscription_id": first["subscription_id"],
        "number": first["number"],
        "version": 1,
        "broker_id": factories.BROKER_ID,
    }
    replaced = ("replaced", first["id"], {"quote_id": first["id"], **ended, "replaced_by": second["id"]})
    assert ends_said(api) == [replaced]
    declined = api.issue(factories.quote(effective_date="2027-03-01"))
    api.subscribe(declined)
    end_signature(api, declined, "refused")
    end_signature(api, declined, "refused")
    api.world.clock.advance(timedelta(days=31))
    api.world.expire()
    api.world.expire()
    assert [(kind, subject) for kind, subject, _data in ends_said(api)] == [
        replaced[:2],
        ("declined", declined["id"]),
        ("expired", second["id"]),
    ]
    # A declined version keeps its own end beside the next one.
    modified(api, declined)
    assert len(ends_said(api)) == 3
