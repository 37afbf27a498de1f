"""What member makes of quoting's events, in any order and however often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.services.member.factories import PASSWORD, client, contract_secrets, created, submitted
from tests.services.member.front import Api

EMAIL = "nadia.morel@example.org"


def types(api: Api) -> list[str]:
    return [said.type for said in api.world.said()]


def test_a_submitted_subscription_makes_an_account_without_saying_anything(api: Api) -> None:
    api.subscribe()

    assert types(api) == []
    assert api.world.kept_for_later() == []
    assert api.sign_in(EMAIL).status_code == 401


def test_a_created_contract_is_told_and_its_member_invited(api: Api) -> None:
    subscription_id = api.subscribe()
    contract = created(subscription_id=subscription_id)
    api.create_contract(contract)

    changed, details, preferences, invited = sorted(api.world.said(), key=lambda said: ORDER.index(said.type))
    member_id = changed.data["member_id"]
    assert changed.data == {
        "contract_id": contract["contract_id"],
        "subscription_id": subscription_id,
        "member_id": member_id,
        "number": contract["number"],
        "status": "active",
        "valid_from": "2026-12-01",
    }
    assert changed.subject == contract["contract_id"]
    assert details.sealed == {
        "email": EMAIL,
        "mobile": "+33612345678",
        "civility": "madame",
        "first_name": "Nadia",
        "last_name": "Morel",
    }
    assert preferences.data == {"member_id": member_id, "benefits_by_email": True, "benefits_by_sms": False}
    assert invited.data == {"member_id": member_id, "purpose": "opening", "expires_at": "2026-11-30T09:00:00Z"}
    assert invited.sealed["email"] == EMAIL
    assert invited.sealed["first_name"] == "Nadia"


ORDER = [
    "member.contract.changed.v1",
    "member.details.changed.v1",
    "member.preferences.changed.v1",
    "member.account.invited.v1",
]


def test_the_contract_may_be_heard_before_the_subscription(api: Api) -> None:
    subscription = submitted(marketing_objection=True)
    contract = created(subscription_id=subscription["subscription_id"])
    api.create_contract(contract)
    assert sorted(types(api), key=ORDER.index) == ORDER
    member_id = api.world.said("member.contract.changed.v1")[0].data["member_id"]

    api.subscribe(subscription)

    assert api.world.kept_for_later() == []
    later = api.world.said("member.details.changed.v1")[-1]
    assert (later.data["member_id"], later.sealed["mobile"]) == (member_id, "+33612345678")
    api.choose_password(api.world.last_link())
    me = api.get("/me", token=api.token(EMAIL, PASSWORD)).json
    assert (me["id"], me["town"], me["marketing_objection"]) == (member_id, "Brest", True)


def test_the_same_event_twice_changes_nothing(api: Api) -> None:
    subscription, contract, sealed = submitted(), created(), contract_secrets()
    contract["subscription_id"] = subscription["subscription_id"]
    for _ in range(2):
        api.world.hear("quoting.subscription.submitted.v1", subscription, client(), event_id=subscription["quote_id"])
    for _ in range(2):
        api.create_contract(contract, sealed, event_id=contract["quote_id"])

    assert sorted(types(api), key=ORDER.index) == ORDER


def test_the_same_facts_under_another_event_id_change_nothing_either(api: Api) -> None:
    subscription, contract, sealed = submitted(), created(), contract_secrets()
    contract["subscription_id"] = subscription["subscription_id"]
    for _ in range(2):
        api.subscribe(subscription, client())
        api.create_contract(contract, sealed)
    api.subscribe(subscription, client(first_name="Autre"))

    assert sorted(types(api), key=ORDER.index) == ORDER
    api.choose_password(api.world.last_link())
    assert api.get("/me", token=api.token(EMAIL, PASSWORD)).json["first_name"] == "Nadia"


def test_a_subscription_under_a_members_email_takes_over_nothing(api: Api) -> None:
    token = api.new_member()
    before = api.get("/me", token=token).json
    said = len(api.world.said("member.account.invited.v1"))
    intruder = client(email=EMAIL.upper(), first_name="Victor", mobile="+33699999999", town="Nice")

    subscription_id = api.subscribe(details=intruder)
    api.create_contract(created(subscription_id=subscription_id))

    assert api.get("/me", token=token).json == before
    assert api.sign_in(EMAIL, PASSWORD).status_code == 200
    assert len(api.world.said("member.account.invited.v1")) == said
    assert api.world.said("member.details.changed.v1")[-1].sealed["mobile"] == "+33612345678"
    assert len(api.get("/me/contracts", token=token).json["items"]) == 2
    assert "Victor" not in api.world.dump()  # kept apart, and closed


def test_until_somebody_has_opened_the_account_the_newest_subscription_says_who_it_is(api: Api) -> None:
    api.subscribe(details=client(mobile="+33611111111"))
    api.create_contract(created(subscription_id=api.subscribe(details=client(mobile="+33622222222"))))

    assert api.world.said("member.details.changed.v1")[-1].sealed["mobile"] == "+33622222222"


def test_a_second_contract_of_an_opened_account_invites_nobody(api: Api) -> None:
    token = api.new_member()
    number = api.get("/me", token=token).json["member_number"]
    api.create_contract(created(subscription_id=api.subscribe()))

    assert len(api.world.said("member.account.invited.v1")) == 1
    assert api.get("/me", token=token).json["member_number"] == number
    assert len(api.get("/me/contracts", token=token).json["items"]) == 2


def test_a_broker_who_subscribes_for_himself_keeps_his_access_and_gets_another_as_a_member(api: Api) -> None:
    broker = "courtier@lemaire.example"
    subscription_id = api.subscribe(details=client(email=broker, first_name="Claire", last_name="Lemaire"))
    api.create_contract(created(subscription_id=subscription_id), contract_secrets(email=broker))

    invited = api.world.said("member.account.invited.v1")[-1]
    assert invited.sealed["email"] == broker
    number = api.choose_password(invited.sealed["token"]).json["identifier"]

    assert number.isdecimal()
    assert api.sign_in(broker).json["role"] == "broker"
    assert api.sign_in(number, PASSWORD).json["role"] == "member"


@pytest.mark.feature("F-175")
def test_the_member_number_of_the_card_opens_the_account_and_signs_in(api: Api) -> None:
    api.create_contract(created(subscription_id=api.subscribe()))
    member_id = api.world.said("member.contract.changed.v1")[0].data["member_id"]
    number = api.get(f"/members/{member_id}", token=api.token("gestion@rives.example")).json["member_number"]
    assert number.startswith("0421")

    api.ask_link(f"{number[:4]} {number[4:10]} {number[10:]}")
    api.choose_password(api.world.last_link())

    assert api.sign_in(number, PASSWORD).json["id"] == member_id


def test_each_member_has_a_number_of_his_own(api: Api) -> None:
    numbers = {
        api.get("/me", token=api.new_member(f"client{rank}@example.org")).json["member_number"] for rank in range(3)
    }

    assert len(numbers) == 3


def test_two_mutuelles_may_have_the_same_client(api: Api) -> None:
    for tenant in ("rives", "plateau"):
        subscription = submitted()
        api.world.hear("quoting.subscription.submitted.v1", subscription, client(), tenant=tenant)
        api.create_contract(created(subscription_id=subscription["subscription_id"]), tenant=tenant)

    invited = api.world.said("member.account.invited.v1")
    assert [said.tenant for said in invited] == ["rives", "plateau"]
    assert invited[0].data["member_id"] != invited[1].data["member_id"]


@pytest.mark.parametrize("roles", [["child"], ["main", "main"]], ids=["nobody is the main person", "two main persons"])
def test_a_contract_without_one_main_person_is_parked(api: Api, roles: list[str]) -> None:
    people: list[dict[str, Any]] = contract_secrets()["beneficiaries"]
    sealed = contract_secrets(beneficiaries=[{**people[n], "role": role} for n, role in enumerate(roles)])

    api.create_contract(created(), sealed)

    assert api.world.kept_for_later() == ["Permanent: a contract covers one main person"]


def test_a_contract_of_a_mutuelle_not_yet_registered_waits(api: Api) -> None:
    api.create_contract(created(), tenant="ailleurs")

    assert api.world.kept_for_later() == ["UnknownTenant: ailleurs"]
    api.world.register_mutuelle("ailleurs", "812", "Mutuelle d’Ailleurs")
    api.world.clock.advance(timedelta(minutes=1))
    api.world.consumer.retry_due()
    assert api.world.kept_for_later() == []
    assert api.world.said("member.contract.changed.v1")[0].tenant == "ailleurs"


def test_what_identifies_people_is_closed_in_the_database(api: Api) -> None:
    api.new_member()

    stored = api.world.dump()

    for secret in (EMAIL, "+33612345678", "285052912300119", "FR7630006000011234567890189", "12 rue des Forges"):
        assert secret not in stored


def test_names_and_dates_of_birth_are_closed_in_the_database(api: Api) -> None:
    # Hyphens, so that no closed text can hold these by chance.
    names = {"first_name": "Anne-Lise", "last_name": "Le-Goff"}
    covered = [{**person, **names} for person in contract_secrets()["beneficiaries"]]
    subscription_id = api.subscribe(details=client(**names, birth_name="Saint-Cyr"))
    api.create_contract(created(subscription_id=subscription_id), contract_secrets(beneficiaries=covered))

    stored = api.world.dump()

    for secret in ("Anne-Lise", "Le-Goff", "Saint-Cyr", "1985-05-14", "2015-02-03"):
        assert secret not in stored
