"""Tokens for services and guests, and the keys to check every token with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from member.app import create_app
from member.bootstrap import build
from member.config import load
from plumbing.auth import TokenRefused, TokenVerifier
from plumbing.ids import new_id
from tests.services.member.front import Api
from tests.services.member.keys import new_token_key

BROKER = "courtier@lemaire.example"


def test_a_service_gets_a_token_for_one_mutuelle(api: Api) -> None:
    answer = api.service_token(tenant="plateau")

    actor = api.world.services.verifier.verify(answer.json["access_token"])
    assert answer.json["expires_in"] == 600
    assert (actor.id, actor.role, actor.tenant, actor.scopes) == ("quoting", "service", "plateau", frozenset())


@pytest.mark.parametrize(("client_id", "secret"), [("quoting", "x" * 40), ("claims", "q" * 40), ("nobody", "q" * 40)])
def test_an_unknown_service_and_a_wrong_secret_are_refused_alike(api: Api, client_id: str, secret: str) -> None:
    answer = api.service_token(client_id, secret=secret)

    assert (answer.status_code, answer.json["code"]) == (401, "client.refused")


def test_a_service_of_an_unknown_mutuelle_is_told_so(api: Api) -> None:
    answer = api.service_token(tenant="nowhere")

    assert (answer.status_code, answer.json["code"]) == (422, "tenant.unknown")
    assert answer.json["errors"][0]["field"] == "tenant"


def test_quoting_gets_a_guest_token_good_for_one_subscription(api: Api) -> None:
    token = api.service_token().json["access_token"]
    subscription_id = new_id()

    answer = api.post("/guest-tokens", {"tenant": "rives", "scope": f"subscription:{subscription_id}"}, token=token)

    assert answer.json["expires_in"] == 1800
    actor = api.world.services.verifier.verify(answer.json["access_token"])
    assert (actor.role, actor.tenant) == ("guest", "rives")
    assert actor.scopes == frozenset({f"subscription:{subscription_id}"})
    api.world.clock.advance(timedelta(minutes=30))
    with pytest.raises(TokenRefused):
        api.world.services.verifier.verify(answer.json["access_token"])


@pytest.mark.parametrize(
    ("tenant", "scope"),
    [
        ("plateau", "subscription:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03"),
        ("rives", "subscription:*"),
        ("rives", "subscription:"),
        ("rives", "contract:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03"),
        ("rives", "subscription:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03 subscription:other"),
    ],
)
def test_a_guest_gets_in_nowhere_else(api: Api, tenant: str, scope: str) -> None:
    token = api.service_token().json["access_token"]

    answer = api.post("/guest-tokens", {"tenant": tenant, "scope": scope}, token=token)

    assert (answer.status_code, answer.json["code"]) == (403, "scope.refused")


def test_only_quoting_lets_guests_in(api: Api) -> None:
    body = {"tenant": "rives", "scope": f"subscription:{new_id()}"}
    other = api.world.issue(subject="claims", role="service")

    assert api.post("/guest-tokens", body).status_code == 401
    for token in (other, api.token(BROKER), api.token("gestion@rives.example")):
        assert api.post("/guest-tokens", body, token=token).status_code == 403


def test_a_guest_token_opens_nothing_here(api: Api) -> None:
    guest = api.world.issue(subject=new_id(), role="guest")

    for path in ("/me", "/me/contracts", f"/brokers/{new_id()}", f"/members/{new_id()}"):
        assert api.get(path, token=guest).status_code == 403


def test_the_key_set_shows_public_halves_only(api: Api) -> None:
    answer = api.get("/jwks")

    [key] = answer.json["keys"]
    assert set(key) == {"kty", "crv", "x", "use", "alg", "kid"}
    assert (key["crv"], key["alg"]) == ("Ed25519", "EdDSA")
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_keys_are_changed_without_refusing_anybody(api: Api) -> None:
    old_token = api.token(BROKER)
    old, new = new_token_key(), new_token_key()
    environment = api.world.environment

    before = build(load({**environment, "TOKEN_KEY": old, "OTHER_TOKEN_KEY": new}), clock=api.world.clock)
    after = build(load({**environment, "TOKEN_KEY": new, "OTHER_TOKEN_KEY": old}), clock=api.world.clock)
    signed = {
        made: create_app(made).test_client().post(
            "/v1/sessions", json={"identifier": BROKER, "password": "Parapluie-2026!"}
        ).json["access_token"]
        for made in (before, after)
    }  # fmt: skip

    for made in (before, after):
        verifier = TokenVerifier(made.keys.jwks, clock=api.world.clock)
        assert {verifier.verify(token).role for token in signed.values()} == {"broker"}
        with pytest.raises(TokenRefused):
            verifier.verify(old_token)
        made.close()
