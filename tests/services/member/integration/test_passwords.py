"""Choosing a password with a link, the first one or another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from member.app import create_app
from tests.services.member.factories import PASSWORD, created, submitted
from tests.services.member.front import Api

BROKER = "courtier@lemaire.example"
NEW_BROKER = "contact@nouveau.example"
RULE = (
    "Votre mot de passe doit comporter au moins 12 caractères dont 1 majuscule, 1 minuscule, 1 chiffre et"
    " 1 caractère spécial."
)


@pytest.mark.feature("F-003")
def test_a_broker_has_an_account_only_once_an_administrator_has_registered_him(api: Api) -> None:
    assert api.ask_link(NEW_BROKER).status_code == 202
    assert api.world.said("member.account.invited.v1") == []
    for path in ("/accounts", "/brokers"):
        assert api.post(path, {"email": NEW_BROKER}).status_code in (404, 405)

    api.world.run_command(
        "habilitate-broker", "--tenant", "rives", "--email", NEW_BROKER, "--company", "Cabinet Nouveau", "--phone",
        "+33145670009",
    )  # fmt: skip

    api.ask_link(NEW_BROKER)
    api.choose_password(api.world.last_link())
    answer = api.sign_in(NEW_BROKER, PASSWORD).json
    assert answer["role"] == "broker"
    firm = api.get(f"/brokers/{answer['id']}", token=answer["access_token"]).json
    assert (firm["company"], firm["email"], firm["phone"]) == ("Cabinet Nouveau", NEW_BROKER, "+33145670009")


@pytest.mark.feature("F-004", "F-166")
def test_there_is_no_default_password_the_first_one_is_asked_for_like_a_forgotten_one(api: Api) -> None:
    api.world.habilitate(NEW_BROKER)
    assert api.sign_in(NEW_BROKER).status_code == 401
    assert api.sign_in(NEW_BROKER, "Parapluie-2026!").status_code == 401

    assert api.ask_link(NEW_BROKER).status_code == 202
    said = api.world.said("member.account.invited.v1")[-1]
    assert said.data["purpose"] == "reset"
    assert said.sealed["email"] == NEW_BROKER

    assert api.choose_password(said.sealed["token"]).json == {"identifier": NEW_BROKER}
    assert api.sign_in(NEW_BROKER, PASSWORD).status_code == 200


@pytest.mark.feature("F-005")
def test_a_known_and_an_unknown_email_get_the_same_answer_and_one_of_them_a_link(api: Api) -> None:
    known, unknown = api.ask_link(BROKER), api.ask_link("nobody@example.org")

    assert known.status_code == unknown.status_code == 202
    assert known.json == unknown.json
    assert known.json["detail"].startswith("Si un compte correspond à cet identifiant")
    [said] = api.world.said("member.account.invited.v1")
    assert said.sealed["email"] == BROKER
    assert api.choose_password(said.sealed["token"]).status_code == 200
    assert api.choose_password(said.sealed["token"]).status_code == 410


def test_asking_does_the_same_work_whether_or_not_anybody_has_the_identifier(api: Api) -> None:
    api.world.register_manager("rives", "double@example.org")
    api.world.register_manager("plateau", "double@example.org")
    work = {}
    for identifier in (BROKER, "nobody@example.org", "double@example.org", "123456789012"):
        with api.world.statements() as statements, api.world.commits() as commits:
            assert api.post("/password-resets", {"identifier": identifier}).status_code == 202
        [job] = api.world.jobs()
        assert identifier not in job.payload
        work[identifier] = (statements, commits, job.kind, job.tenant)
        api.world.run_jobs()

    for done in work.values():
        assert done == work[BROKER]
    assert sorted((said.tenant, said.sealed["email"]) for said in api.world.said("member.account.invited.v1")) == [
        ("plateau", "double@example.org"),
        ("rives", BROKER),
        ("rives", "double@example.org"),
    ]


def test_a_request_that_means_nobody_ends_without_effect(api: Api) -> None:
    api.post("/password-resets", {"identifier": "nobody@example.org"})
    [job] = api.world.jobs()
    before = api.world.said()

    api.world.run_jobs()

    assert job.error is None
    assert api.world.jobs() == []
    assert api.world.said() == before


def test_the_link_is_in_the_sealed_part_only(api: Api) -> None:
    api.ask_link(BROKER)
    [said] = api.world.said("member.account.invited.v1")

    assert set(said.data) == {"member_id", "purpose", "expires_at"}
    assert said.sealed["token"] not in api.world.dump()
    assert len(said.sealed["token"]) == 43  # 256 bits


@pytest.mark.feature("F-007")
@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Abcdefgh-12", ["too_short"]),
        ("abcdefgh-123", ["no_uppercase"]),
        ("ABCDEFGH-123", ["no_lowercase"]),
        ("Abcdefgh-ijk", ["no_digit"]),
        ("Abcdefgh1234", ["no_special"]),
        ("abc", ["too_short", "no_uppercase", "no_digit", "no_special"]),
        ("A-1" + "b" * 126, ["too_long"]),
        ("Courtier@Lemaire.Example-2026", ["contains_login"]),
    ],
)
def test_a_weak_password_is_refused_with_every_reason_and_the_link_stays_good(
    api: Api, password: str, codes: list[str]
) -> None:
    api.ask_link(BROKER)
    link = api.world.last_link()

    answer = api.choose_password(link, password)

    assert answer.status_code == 422
    assert answer.json["code"] == "password.weak"
    assert answer.json["detail"] == RULE
    assert [error["code"] for error in answer.json["errors"]] == codes
    assert {error["field"] for error in answer.json["errors"]} == {"password"}
    assert api.choose_password(link).status_code == 200


@pytest.mark.feature("F-007")
@pytest.mark.parametrize("password", ["Abcdefgh-123", "Été-2026-soleil", "A-1" + "b" * 125, "Une phrase, 3 mots"])
def test_twelve_characters_of_four_classes_are_enough(api: Api, password: str) -> None:
    api.ask_link(BROKER)

    assert api.choose_password(api.world.last_link(), password).status_code == 200
    assert api.sign_in(BROKER, password).status_code == 200


@pytest.mark.feature("F-226")
def test_eight_characters_are_not_enough_for_a_member_either(api: Api) -> None:
    subscription_id = api.subscribe()
    api.create_contract(created(subscription_id=subscription_id))

    answer = api.choose_password(api.world.last_link(), "Abc-1234")

    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {
            "field": "password",
            "code": "too_short",
            "message": "Le mot de passe doit compter au moins 12 caractères.",
        }
    ]


def test_a_member_number_is_no_password_for_its_member(api: Api) -> None:
    token = api.new_member()
    number = api.get("/me", token=token).json["member_number"]
    api.ask_link(number)

    answer = api.choose_password(api.world.last_link(), f"Abc-{number}")

    assert [error["code"] for error in answer.json["errors"]] == ["contains_login"]


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=30), 200), (timedelta(minutes=30, seconds=1), 410)])
def test_a_reset_link_lives_half_an_hour(api: Api, age: timedelta, status: int) -> None:
    api.ask_link(BROKER)
    api.world.clock.advance(age)

    assert api.choose_password(api.world.last_link()).status_code == status


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=7), 200), (timedelta(days=7, seconds=1), 410)])
def test_an_opening_link_lives_a_week(api: Api, age: timedelta, status: int) -> None:
    api.create_contract(created(subscription_id=api.subscribe()))
    api.world.clock.advance(age)

    answer = api.choose_password(api.world.last_link())

    assert answer.status_code == status
    if status == 410:
        assert answer.json["code"] == "link.expired"
        assert answer.json["detail"] == "Ce lien a expiré. Demandez un nouveau lien."


def test_used_and_unknown_links_say_which(api: Api) -> None:
    api.ask_link(BROKER)
    api.choose_password(api.world.last_link())

    used, unknown = api.choose_password(api.world.last_link()), api.choose_password("x" * 43)

    assert (used.status_code, used.json["code"]) == (410, "link.used")
    assert (unknown.status_code, unknown.json["code"]) == (404, "link.unknown")


def test_using_one_link_uses_up_the_others_of_the_account(api: Api) -> None:
    api.ask_link(BROKER)
    first = api.world.last_link()
    api.ask_link(BROKER)
    second = api.world.last_link()

    assert api.choose_password(second).status_code == 200
    assert api.choose_password(first).json["code"] == "link.used"


def test_of_parallel_uses_of_a_link_one_wins(api: Api) -> None:
    api.ask_link(BROKER)
    link = api.world.last_link()
    app = create_app(api.world.services)

    def use(number: int) -> tuple[int, str]:
        password = f"Un-Parapluie-{number}!"
        answer = app.test_client().post("/v1/activations", json={"token": link, "password": password})
        return answer.status_code, password

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(use, range(1000, 1006)))

    winners = [password for status, password in answers if status == 200]
    assert sorted(status for status, _ in answers) == [200, 410, 410, 410, 410, 410]
    assert api.sign_in(BROKER, winners[0]).status_code == 200


@pytest.mark.parametrize("identifier", [BROKER, "nobody@example.org"])
def test_a_sixth_link_in_an_hour_is_refused_to_everybody_alike(api: Api, identifier: str) -> None:
    for _ in range(5):
        assert api.ask_link(identifier).status_code == 202

    refused = api.ask_link(identifier)

    assert refused.status_code == 429
    assert refused.json["detail"].startswith("Trop de demandes")
    api.world.clock.advance(timedelta(hours=1))
    assert api.ask_link(identifier).status_code == 202


def test_a_client_may_choose_his_password_before_the_contract_exists(api: Api) -> None:
    api.subscribe(submitted(signature_mode="handwritten"))

    api.ask_link("nadia.morel@example.org")
    api.choose_password(api.world.last_link())

    assert api.sign_in("nadia.morel@example.org", PASSWORD).json["role"] == "member"


def test_a_link_of_one_mutuelle_is_asked_for_at_that_mutuelle(api: Api) -> None:
    api.ask_link(BROKER, tenant="plateau")
    assert api.world.said("member.account.invited.v1") == []

    api.ask_link(BROKER, tenant="0421")
    assert [said.tenant for said in api.world.said("member.account.invited.v1")] == ["rives"]
