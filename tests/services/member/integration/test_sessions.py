"""Staying signed in, and the end of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from member.app import create_app
from plumbing.auth import EDDSA_ONLY
from tests.services.member.factories import PASSWORD
from tests.services.member.front import Api

BROKER = "courtier@lemaire.example"


def refresh_token(api: Api, identifier: str = BROKER) -> str:
    token: str = api.sign_in(identifier).json["refresh_token"]
    return token


def test_the_access_token_says_who_for_ten_minutes(api: Api) -> None:
    answer = api.sign_in(BROKER).json
    key_set: Any = api.get("/jwks").json
    keys = KeySet.import_key_set(key_set)

    token = jwt.decode(answer["access_token"], keys, registry=EDDSA_ONLY)

    claims = token.claims
    assert claims["iss"] == "parapluie/member"
    assert claims["aud"] == "parapluie"
    assert (claims["sub"], claims["tenant"], claims["role"], claims["scope"]) == (answer["id"], "rives", "broker", "")
    assert claims["exp"] - claims["iat"] == 600
    assert token.header["kid"] in [key["kid"] for key in api.get("/jwks").json["keys"]]


@pytest.mark.parametrize(("age", "status"), [(599, 200), (600, 401)])
def test_the_access_token_ends_after_ten_minutes(api: Api, age: int, status: int) -> None:
    token = api.token(BROKER)
    api.world.clock.advance(timedelta(seconds=age))

    assert api.get("/me", token=token).status_code == status


def test_a_refresh_token_gives_the_next_pair_and_is_used_up(api: Api) -> None:
    first = refresh_token(api)
    second = api.refresh(first)
    assert second.status_code == 200
    assert second.json["refresh_token"] != first

    third = api.refresh(second.json["refresh_token"])

    assert third.status_code == 200
    assert api.get("/me", token=third.json["access_token"]).status_code == 200


def test_within_ten_seconds_the_same_token_gives_the_same_successor(api: Api) -> None:
    first = refresh_token(api)
    second = api.refresh(first).json["refresh_token"]
    api.world.clock.advance(timedelta(seconds=10))

    assert api.refresh(first).json["refresh_token"] == second
    assert api.refresh(second).status_code == 200


def test_a_token_that_comes_back_later_ends_the_whole_session(api: Api) -> None:
    first = refresh_token(api)
    second = api.refresh(first).json["refresh_token"]
    api.world.clock.advance(timedelta(seconds=11))

    stolen = api.refresh(first)

    assert stolen.status_code == 401
    assert stolen.json["code"] == "session.over"
    assert stolen.json["detail"] == "Votre session est terminée. Reconnectez-vous."
    assert api.refresh(second).status_code == 401


def test_a_stolen_chain_does_not_end_other_sessions(api: Api) -> None:
    first, other = refresh_token(api), refresh_token(api)
    api.refresh(first)
    api.world.clock.advance(timedelta(minutes=1))
    api.refresh(first)

    assert api.refresh(other).status_code == 200


def test_two_pages_that_refresh_at_once_stay_signed_in(api: Api) -> None:
    first = refresh_token(api)
    app = create_app(api.world.services)

    def page(_: int) -> tuple[int, str]:
        answer = app.test_client().post("/v1/sessions/refresh", json={"refresh_token": first})
        return answer.status_code, answer.json.get("refresh_token", "")

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(page, range(4)))

    assert len(answers) == 1
    status, successor = answers.pop()
    assert status == 200
    assert api.refresh(successor).status_code == 200


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=39, seconds=59), 200), (timedelta(minutes=40), 401)])
def test_an_idle_broker_is_signed_out(api: Api, idle: timedelta, status: int) -> None:
    token = refresh_token(api)
    api.world.clock.advance(idle)

    assert api.refresh(token).status_code == status


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=29, seconds=59), 200), (timedelta(minutes=30), 401)])
def test_an_idle_member_is_signed_out_sooner(api: Api, idle: timedelta, status: int) -> None:
    api.new_member()
    token = api.sign_in("nadia.morel@example.org", PASSWORD).json["refresh_token"]
    api.world.clock.advance(idle)

    assert api.refresh(token).status_code == status


def test_a_session_lasts_eight_hours_at_most(api: Api) -> None:
    token = refresh_token(api)
    for _ in range(16):
        api.world.clock.advance(timedelta(minutes=29))
        token = api.refresh(token).json["refresh_token"]
    api.world.clock.advance(timedelta(minutes=16))

    assert api.refresh(token).status_code == 401


def test_signing_out_ends_the_session_for_every_token_of_it(api: Api) -> None:
    first = refresh_token(api)
    second = api.refresh(first).json["refresh_token"]

    assert api.call("DELETE", "/sessions", {"refresh_token": first}).status_code == 204

    assert api.refresh(second).status_code == 401
    assert api.call("DELETE", "/sessions", {"refresh_token": second}).status_code == 204


@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 20, "a" * 256])
def test_an_unknown_refresh_token_is_refused_and_signs_nobody_out(api: Api, token: str) -> None:
    assert api.refresh(token).status_code == 401
    assert api.call("DELETE", "/sessions", {"refresh_token": token}).status_code == 204


def test_the_database_holds_no_token(api: Api) -> None:
    first = refresh_token(api)
    second = api.refresh(first).json["refresh_token"]

    stored = api.world.dump()

    assert first not in stored
    assert second not in stored


def test_a_new_password_ends_every_session(api: Api) -> None:
    token = refresh_token(api)
    api.ask_link(BROKER)
    api.choose_password(api.world.last_link())

    assert api.refresh(token).status_code == 401
