"""Signing in, and being kept out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from member.usecases.ports import HashingBusy
from tests.services.member.factories import PASSWORD
from tests.services.member.front import Api
from tests.services.member.world import STAFF_PASSWORD

BROKER = "courtier@lemaire.example"
PAUSE = timedelta(minutes=15)


def fail(api: Api, times: int, identifier: str = BROKER, **more: Any) -> None:
    for _ in range(times):
        answer = api.sign_in(identifier, "Mauvais-mot-2026!", **more)
        assert answer.status_code == 401
        assert answer.json["detail"] == "Identifiants invalides."


@pytest.mark.feature("F-002")
def test_a_broker_signs_in_with_the_professional_email_of_his_habilitation(api: Api) -> None:
    answer = api.sign_in(BROKER)

    assert answer.status_code == 200
    assert answer.json["role"] == "broker"
    assert answer.json["tenant"] == "rives"
    assert answer.json["display_name"] == "Claire Lemaire"
    assert answer.json["expires_in"] == 600
    assert api.sign_in("Cabinet Lemaire").status_code == 401


@pytest.mark.feature("F-008")
def test_later_sign_ins_take_the_email_and_the_chosen_password_only(api: Api) -> None:
    api.ask_link(BROKER)
    api.choose_password(api.world.last_link())

    for _ in range(2):
        assert api.sign_in(BROKER, PASSWORD).status_code == 200
    assert api.sign_in(BROKER, STAFF_PASSWORD).status_code == 401


@pytest.mark.parametrize("typed", ["COURTIER@Lemaire.Example", "  courtier@lemaire.example ", BROKER])
def test_case_and_blanks_of_the_email_do_not_count(api: Api, typed: str) -> None:
    assert api.sign_in(typed).status_code == 200


@pytest.mark.feature("F-165")
@pytest.mark.parametrize(
    ("mutuelle", "status"),
    [("rives", 200), ("RIVES", 200), ("0421", 200), ("plateau", 401), ("0733", 401), ("999", 401), ("nowhere", 401)],
)
def test_the_number_or_code_of_the_mutuelle_chooses_the_tenant(api: Api, mutuelle: str, status: int) -> None:
    assert api.sign_in(BROKER, tenant=mutuelle).status_code == status


def test_one_email_at_two_mutuelles_needs_the_mutuelle(api: Api) -> None:
    for tenant in ("rives", "plateau"):
        api.world.register_manager(tenant, "double@example.org")
        api.ask_link("double@example.org", tenant=tenant)
        api.choose_password(api.world.last_link())

    assert api.sign_in("double@example.org", PASSWORD).status_code == 401
    assert api.sign_in("double@example.org", PASSWORD, tenant="plateau").json["tenant"] == "plateau"


@pytest.mark.feature("F-358")
def test_ten_failures_lock_for_a_quarter_of_an_hour_and_a_link_is_the_way_out(api: Api) -> None:
    fail(api, 10)

    locked = api.sign_in(BROKER)
    assert locked.status_code == 429
    assert locked.json["code"] == "attempts.exceeded"
    assert "10h15" in locked.json["detail"]  # a quarter of an hour later, in Paris
    assert "Mot de passe oublié" in locked.json["detail"]

    assert api.ask_link(BROKER).status_code == 202
    assert api.choose_password(api.world.last_link()).status_code == 200
    assert api.sign_in(BROKER, PASSWORD).status_code == 200


def test_nine_failures_lock_nobody_and_the_right_password_forgets_them(api: Api) -> None:
    fail(api, 9)
    assert api.sign_in(BROKER).status_code == 200
    fail(api, 9)
    assert api.sign_in(BROKER).status_code == 200


@pytest.mark.parametrize(
    ("waited", "status"), [(PAUSE - timedelta(seconds=1), 429), (PAUSE, 200), (PAUSE + timedelta(hours=1), 200)]
)
def test_the_pause_ends_by_itself(api: Api, waited: timedelta, status: int) -> None:
    fail(api, 10)
    api.world.clock.advance(waited)

    assert api.sign_in(BROKER).status_code == status


def test_an_unknown_identifier_is_paused_like_a_known_one(api: Api) -> None:
    fail(api, 10, "nobody@example.org")
    assert api.sign_in("nobody@example.org").status_code == 429
    # Naming another mutuelle, or none, neither goes round the pause nor tells where the account is.
    assert api.sign_in("nobody@example.org", tenant="rives").status_code == 429

    fail(api, 10, tenant="plateau")
    assert api.sign_in(BROKER, tenant="rives").status_code == 429


def test_the_locked_account_is_locked_under_its_member_number_too(api: Api) -> None:
    token = api.new_member()
    number = api.get("/me", token=token).json["member_number"]
    fail(api, 10, "nadia.morel@example.org")

    assert api.sign_in(number, "Mauvais-mot-2026!").status_code == 401
    assert api.sign_in(number, PASSWORD).status_code == 429


def test_known_and_unknown_people_cost_the_same_work(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.world.habilitate("nouveau@cabinet.example")  # invited: has no password yet
    passwords = api.world.services.passwords
    compared: list[bool] = []
    really = passwords._hasher.verify

    def counted(password_hash: str, password: str) -> bool:
        compared.append(password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$"))
        return really(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", type("Hasher", (), {"verify": staticmethod(counted)})())
    work = {}
    for identifier in (BROKER, "nobody@example.org", "nouveau@cabinet.example", "123456789012"):
        compared.clear()
        with api.world.statements() as statements:
            assert api.sign_in(identifier, "Mauvais-mot-2026!").status_code == 401
        assert compared == [True]
        work[identifier] = len(statements)
    assert len(set(work.values())) == 1, work


def test_in_a_rush_nobody_is_refused_for_good(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> bool:
        raise HashingBusy

    with monkeypatch.context() as rush:
        rush.setattr(api.world.services.passwords, "verify", busy)
        for _ in range(12):
            answer = api.sign_in(BROKER)
            assert (answer.status_code, answer.json["code"]) == (503, "sign_in.busy")
            assert answer.headers["Retry-After"] == "5"

    assert api.sign_in(BROKER).status_code == 200


def test_the_refusal_tells_nothing(api: Api) -> None:
    wrong, unknown = api.sign_in(BROKER, "Mauvais-mot-2026!"), api.sign_in("nobody@example.org")

    for answer in (wrong, unknown):
        answer.json.pop("request_id")
        assert answer.content_type == "application/problem+json"
    assert wrong.json["code"] == unknown.json["code"] == "session.refused"
    assert {k: v for k, v in wrong.json.items() if k != "request_id"} == {
        k: v for k, v in unknown.json.items() if k != "request_id"
    }


def test_answers_with_tokens_are_not_kept_by_anybody(api: Api) -> None:
    assert api.sign_in(BROKER).headers["Cache-Control"] == "no-store"


def test_a_password_hashed_with_older_figures_is_hashed_again(api: Api) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(STAFF_PASSWORD)
    api.world.set_password_hash(BROKER, old)

    assert api.sign_in(BROKER).status_code == 200
    assert api.world.password_hash(BROKER).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert api.sign_in(BROKER).status_code == 200


def test_in_a_rush_an_older_hash_stays_and_its_owner_comes_in(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    def busy(_: str) -> str:
        raise HashingBusy

    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(STAFF_PASSWORD)
    api.world.set_password_hash(BROKER, old)
    monkeypatch.setattr(api.world.services.passwords, "hash", busy)

    assert api.sign_in(BROKER).status_code == 200
    assert api.world.password_hash(BROKER) == old


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "identifier"),
        ({"identifier": BROKER}, "password"),
        ({"identifier": "", "password": "x"}, "identifier"),
        ({"identifier": "a" * 255, "password": "x"}, "identifier"),
        ({"identifier": BROKER, "password": "x" * 257}, "password"),
        ({"identifier": BROKER, "password": 5}, "password"),
        ({"identifier": ["a"], "password": "x"}, "identifier"),
        ({"identifier": BROKER, "password": "x", "tenant": "x" * 41}, "tenant"),
        ({"identifier": BROKER, "password": "x", "remember": True}, "remember"),
    ],
)
def test_a_malformed_sign_in_is_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/sessions", body)

    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
