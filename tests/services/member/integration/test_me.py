"""What a member sees of himself, and what others may see of him."""

from __future__ import annotations

from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.member.factories import PASSWORD, client, contract_secrets, created, submitted
from tests.services.member.front import Api

EMAIL = "nadia.morel@example.org"
BROKER = "courtier@lemaire.example"
MANAGER = "gestion@rives.example"


def test_a_member_sees_who_he_is_to_the_mutuelle(api: Api) -> None:
    me = api.get("/me", token=api.new_member()).json

    assert me["role"] == "member"
    assert me["display_name"] == "Nadia Morel"
    assert me["birth_date"] == "1985-05-14"
    assert me["mobile"] == "+33612345678"
    assert me["postcode"] == "29200"
    assert me["company"] is None
    assert me["state"] == "active"


@pytest.mark.feature("F-094")
@pytest.mark.parametrize("objection", [True, False])
def test_an_objection_to_marketing_is_kept(api: Api, objection: bool) -> None:
    api.subscribe(submitted(marketing_objection=objection))
    api.ask_link(EMAIL)
    api.choose_password(api.world.last_link())

    assert api.get("/me", token=api.token(EMAIL, PASSWORD)).json["marketing_objection"] is objection


@pytest.mark.feature("F-228")
def test_the_contract_shows_its_number_and_the_date_of_subscription(api: Api) -> None:
    token = api.new_member()

    [contract] = api.get("/me/contracts", token=token).json["items"]

    assert contract["number"].startswith("RIS-C-")
    assert contract["subscribed_on"] == "2026-11-23"
    assert contract["valid_from"] == "2026-12-01"
    assert contract["monthly"] == "115.23"
    assert (contract["product_name"], contract["formula"], contract["debit_day"]) == ("Horizon TNS", "Formule 300", 5)
    assert contract["status"] == "active"


@pytest.mark.feature("F-237")
def test_the_beneficiaries_are_listed_from_the_eldest_to_the_youngest(api: Api) -> None:
    main, child = contract_secrets()["beneficiaries"]
    born = [f"20{year}-06-01" for year in (15, 11, 19, 13, 17)]
    children = [{**child, "beneficiary_id": new_id(), "birth_date": day} for day in born]
    token = api.new_member()
    email = "nadia.morel@example.org"
    sealed = contract_secrets(email=email, beneficiaries=[*children, main])
    contract_id = api.create_contract(created(subscription_id=api.subscribe(details=client(email=email))), sealed)

    contracts = {contract["id"]: contract for contract in api.get("/me/contracts", token=token).json["items"]}

    listed = [person["birth_date"] for person in contracts[contract_id]["beneficiaries"]]
    assert listed == [main["birth_date"], *sorted(born)]


def test_the_beneficiaries_are_listed_with_their_title_and_a_masked_number(api: Api) -> None:
    token = api.new_member()

    [contract] = api.get("/me/contracts", token=token).json["items"]

    main, child = contract["beneficiaries"]
    assert (main["first_name"], main["birth_date"], main["title"]) == ("Nadia", "1985-05-14", "adhérent")
    assert main["nir_masked"] == "2 85 05 •• ••• ••• ••"
    assert (child["first_name"], child["birth_date"], child["title"]) == ("Lou", "2015-02-03", "ayant-droit")
    assert child["nir_masked"] is None


def test_ibans_are_masked_and_benefits_go_to_the_second_one_if_there_is_one(api: Api) -> None:
    subscription_id = api.subscribe()
    sealed = contract_secrets(benefit_iban="FR1420041010050500013M02606")
    api.create_contract(created(subscription_id=subscription_id), sealed)
    api.choose_password(api.world.last_link())

    answer = api.get("/me/contracts", token=api.token(EMAIL, PASSWORD))

    [contract] = answer.json["items"]
    assert contract["contribution_account"] == {
        "iban_masked": "FR76 •••• •••• •••• •••• •••0 189",
        "holder": "Nadia Morel",
    }
    assert contract["benefit_account"]["iban_masked"] == "FR14 •••• •••• •••• •••• •••2 606"
    assert "30006000011234567890189" not in answer.text
    assert "285052912300119" not in answer.text


@pytest.mark.feature("F-223")
def test_alerts_by_email_and_by_sms_are_chosen_independently(api: Api) -> None:
    token = api.new_member()
    first = api.get("/me/preferences", token=token)
    assert first.json == {"benefits_by_email": True, "benefits_by_sms": False}
    etag = first.headers["ETag"]

    for by_email, by_sms in [(False, False), (True, True), (False, True)]:
        body = {"benefits_by_email": by_email, "benefits_by_sms": by_sms}
        changed = api.call("PUT", "/me/preferences", body, token=token, If_Match=etag)
        assert changed.status_code == 200
        assert changed.json == body
        assert changed.headers["ETag"] != etag
        etag = changed.headers["ETag"]
        assert api.get("/me/preferences", token=token).json == body
        told = api.world.said("member.preferences.changed.v1")[-1].data
        assert (told["benefits_by_email"], told["benefits_by_sms"]) == (by_email, by_sms)


def test_preferences_are_changed_from_their_present_state_only(api: Api) -> None:
    token = api.new_member()
    etag = api.get("/me/preferences", token=token).headers["ETag"]
    body = {"benefits_by_email": False, "benefits_by_sms": True}

    assert api.call("PUT", "/me/preferences", body, token=token).status_code == 428
    assert api.call("PUT", "/me/preferences", body, token=token, If_Match=etag).status_code == 200
    stale = api.call("PUT", "/me/preferences", body, token=token, If_Match=etag)

    assert stale.status_code == 412
    for nonsense in ("*", "abc", '"abc"', '"-1"'):
        assert api.call("PUT", "/me/preferences", body, token=token, If_Match=nonsense).status_code == 412


def test_preferences_put_again_unchanged_are_not_told_again(api: Api) -> None:
    token = api.new_member()
    present = api.get("/me/preferences", token=token)
    told = len(api.world.said("member.preferences.changed.v1"))

    same = api.call("PUT", "/me/preferences", present.json, token=token, If_Match=present.headers["ETag"])

    assert same.status_code == 200
    assert same.headers["ETag"] == present.headers["ETag"]
    assert len(api.world.said("member.preferences.changed.v1")) == told


@pytest.mark.parametrize(
    "body",
    [{}, {"benefits_by_email": True}, {"benefits_by_email": "yes", "benefits_by_sms": False}, [], None,
     {"benefits_by_email": True, "benefits_by_sms": False, "marketing": True}],
)  # fmt: skip
def test_malformed_preferences_are_refused(api: Api, body: Any) -> None:
    token = api.new_member()

    answer = api.call("PUT", "/me/preferences", body, token=token, If_Match='"1"')

    assert answer.status_code in (400, 415, 422)
    assert answer.content_type == "application/problem+json"


def test_a_manager_sees_the_members_of_his_mutuelle_only(api: Api) -> None:
    member_id = api.get("/me", token=api.new_member()).json["id"]

    seen = api.get(f"/members/{member_id}", token=api.token(MANAGER))
    elsewhere = api.get(f"/members/{member_id}", token=api.token("gestion@plateau.example"))

    assert seen.status_code == 200
    assert seen.json["email"] == EMAIL
    assert seen.json["contracts"][0]["beneficiaries"][0]["nir_masked"] == "2 85 05 •• ••• ••• ••"
    assert (elsewhere.status_code, elsewhere.json["code"]) == (404, "member.not_found")


def test_a_broker_is_no_member(api: Api) -> None:
    broker_id = api.sign_in(BROKER).json["id"]

    assert api.get(f"/members/{broker_id}", token=api.token(MANAGER)).status_code == 404


def test_brokers_are_seen_by_themselves_their_managers_and_services(api: Api) -> None:
    signed_in = api.sign_in(BROKER).json
    path = f"/brokers/{signed_in['id']}"

    for token in (signed_in["access_token"], api.token(MANAGER), api.service_token().json["access_token"]):
        seen = api.get(path, token=token)
        assert seen.status_code == 200
        assert seen.json == {
            "id": signed_in["id"],
            "company": "Cabinet Lemaire",
            "display_name": "Claire Lemaire",
            "email": BROKER,
            "phone": "+33145670001",
            "orias": "07000001",
        }


def test_brokers_are_hidden_from_everybody_else(api: Api) -> None:
    path = f"/brokers/{api.sign_in(BROKER).json['id']}"
    other_broker = api.token("courtier@fontaine.example")
    elsewhere = api.service_token(tenant="plateau").json["access_token"]

    for token in (other_broker, elsewhere, api.token("gestion@plateau.example")):
        assert api.get(path, token=token).json["code"] == "broker.not_found"
    assert api.get(path, token=api.new_member()).status_code == 403
    assert api.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/me", "/me/contracts", "/me/preferences"])
def test_nothing_personal_without_a_token(api: Api, path: str) -> None:
    assert api.get(path).status_code == 401
    assert api.get(path, token="not.a.token").status_code == 401


@pytest.mark.parametrize("path", ["/me/contracts", "/me/preferences"])
def test_staff_have_no_contract_of_their_own(api: Api, path: str) -> None:
    for identifier in (BROKER, MANAGER):
        assert api.get(path, token=api.token(identifier)).status_code == 403


def test_a_service_is_nobody(api: Api) -> None:
    assert api.get("/me", token=api.service_token().json["access_token"]).status_code == 403


def test_a_member_who_has_no_contract_yet_sees_an_empty_list(api: Api) -> None:
    api.subscribe(details=client())
    api.ask_link(EMAIL)
    api.choose_password(api.world.last_link())

    answer = api.get("/me/contracts", token=api.token(EMAIL, PASSWORD))

    assert answer.json == {"items": [], "next_cursor": None}
