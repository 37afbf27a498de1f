"""Tokens: what is believed, what is not, and what happens while the identity service is away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import OKPKey

from plumbing import auth
from plumbing.auth import Actor, IdentityUnavailable, TokenRefused, TokenVerifier, bearer_token
from plumbing.clock import FixedClock
from tests.plumbing.http.demo import NOW, Demo, demo_app
from tests.plumbing.http.test_problems import assert_problem
from tests.support.tokens import JWKS, KEY, KEY_ID, token_for, verifier

OTHER = OKPKey.generate_key("Ed25519", {"kid": "other"})


def encoded(part: Any) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    moment = int(NOW.timestamp())
    body = {"iss": auth.ISSUER, "aud": auth.AUDIENCE, "sub": "b", "tenant": "rives", "role": "manager", "scope": ""}
    return {**body, "iat": moment, "exp": moment + 600, **changes}


def refused(token: str, code: str = "token.invalid", clock: FixedClock | None = None) -> None:
    with pytest.raises(TokenRefused) as caught:
        verifier(clock or FixedClock(NOW)).verify(token)
    assert caught.value.code == code


class Source:
    """A key set that can be taken away, and counts how often it was asked for."""

    def __init__(self, keys: Mapping[str, Any] = JWKS) -> None:
        self.keys, self.asked, self.down = keys, 0, False

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("refused")
        return self.keys


class TestClaims:
    def test_an_actor(self) -> None:
        token = token_for("guest", "g", scope="subscription:1 subscription:2", second_factor=True, now=NOW)
        actor = verifier(FixedClock(NOW)).verify(token)
        assert actor == Actor("g", "guest", "rives", frozenset({"subscription:1", "subscription:2"}), True)
        assert actor.may("subscription:1")
        assert not actor.may("subscription:")
        assert not actor.may("subscription:12")

    def test_an_expired_token_also_once_it_is_remembered(self) -> None:
        clock = FixedClock(NOW)
        checks = verifier(clock)
        token = token_for("broker", "b", now=NOW)
        checks.verify(token)
        clock.advance(timedelta(minutes=9, seconds=59))
        checks.verify(token)
        clock.advance(timedelta(seconds=1))
        with pytest.raises(TokenRefused, match=r"token[.]expired"):
            checks.verify(token)
        refused(token, "token.expired", clock)

    @pytest.mark.parametrize(
        "change",
        [
            {"aud": "others"},
            {"aud": ["others"]},
            {"aud": None},
            {"aud": {}},
            {"iss": "https://elsewhere.example"},
            {"iss": None},
            {"tenant": None},
            {"tenant": ""},
            {"tenant": ["rives"]},
            {"sub": ""},
            {"sub": None},
            {"sub": 3},
            {"role": "admin"},
            {"role": None},
            {"scope": ["a"]},
            {"exp": None},
            {"exp": "4102444800"},
            {"exp": True},
            {"exp": float("nan")},
            {"exp": 10**400},
            {"iat": None},
            {"iat": int(NOW.timestamp()) + 3_000},
            {"nbf": int(NOW.timestamp()) + 3_000},
            {"nbf": "soon"},
        ],
        ids=repr,
    )
    def test_claims_that_are_not_ours(self, change: dict[str, Any]) -> None:
        body = {name: value for name, value in claims(**change).items() if value is not None}
        refused(jwt.encode({"alg": "EdDSA", "kid": KEY_ID}, body, KEY, registry=auth.EDDSA_ONLY))

    def test_several_audiences(self) -> None:
        token = token_for("broker", "b", now=NOW, aud=["others", auth.AUDIENCE])
        assert verifier(FixedClock(NOW)).verify(token).id == "b"

    def test_a_clock_that_runs_a_little_behind(self) -> None:
        checks = verifier(FixedClock(NOW - timedelta(seconds=20)))
        assert checks.verify(token_for("broker", "b", now=NOW)).id == "b"


class TestForgeries:
    def test_no_algorithm(self) -> None:
        for name in ("none", "None", "NONE", ""):
            refused(f"{encoded({'alg': name, 'kid': KEY_ID})}.{encoded(claims())}.", "token.malformed")

    def test_the_public_key_as_a_shared_secret(self) -> None:
        public = KEY.as_dict(private=False)["x"]
        assert isinstance(public, str)
        for secret in (public.encode(), base64.urlsafe_b64decode(public + "=="), KEY.as_pem(private=False)):
            signed = f"{encoded({'alg': 'HS256', 'kid': KEY_ID})}.{encoded(claims())}"
            seal = hmac.digest(secret, signed.encode(), hashlib.sha256)
            refused(f"{signed}.{encoded(seal)}", "token.malformed")

    def test_a_key_that_the_token_brings_along(self) -> None:
        header = {"alg": "EdDSA", "kid": KEY_ID, "jwk": OTHER.as_dict(private=False)}
        body, seal = token_for("manager", "m", now=NOW, key=OTHER).split(".")[1:]
        refused(f"{encoded(header)}.{body}.{seal}")

    def test_another_key_under_our_key_id(self) -> None:
        refused(token_for("manager", "m", now=NOW, key=OTHER, key_id=KEY_ID))

    def test_changed_claims(self) -> None:
        header, _, seal = token_for("member", "m", now=NOW).split(".")
        refused(f"{header}.{encoded(claims())}.{seal}")

    def test_a_critical_header_that_we_do_not_know(self) -> None:
        header = encoded({"alg": "EdDSA", "kid": KEY_ID, "crit": ["b64"], "b64": False})
        body, seal = token_for("member", "m", now=NOW).split(".")[1:]
        refused(f"{header}.{body}.{seal}")

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "...",
            "a.b",
            "a.b.c",
            "é.b.c",
            "a b.c.d",
            f"{encoded(b'[1]')}.e30.e30",
            f"{encoded(b'null')}.e30.e30",
            f"{encoded({'alg': 'EdDSA', 'kid': 3})}.e30.e30",
            f"{encoded({'alg': ['EdDSA'], 'kid': 'a'})}.e30.e30",
            f"{encoded({'alg': 'EdDSA'})}.e30.e30",
            f"{encoded(b'[' * 5000)}.e30.e30",
            "a" * 9000,
        ],
        ids=lambda token: token[:30],
    )
    def test_what_is_no_token(self, token: str) -> None:
        refused(token, "token.malformed")

    def test_claims_that_are_no_object(self) -> None:
        for body in ("[]", "1", '"a"', "[" * 3000, "{"):
            refused(jws.serialize_compact({"alg": "EdDSA", "kid": KEY_ID}, body, KEY, registry=auth.EDDSA_ONLY))


class TestKeys:
    def test_keys_are_fetched_once(self) -> None:
        source = Source()
        checks = TokenVerifier(source, clock=FixedClock(NOW))
        for number in range(5):
            checks.verify(token_for("broker", str(number), now=NOW))
        assert source.asked == 1

    def test_an_unknown_key_asks_again_but_not_each_time(self) -> None:
        moment = [100.0]
        source = Source()
        checks = TokenVerifier(source, clock=FixedClock(NOW), monotonic=lambda: moment[0])
        checks.verify(token_for("broker", "b", now=NOW))
        newer = token_for("broker", "b", now=NOW, key=OTHER, key_id="other")
        for _ in range(3):
            with pytest.raises(TokenRefused, match=r"token[.]invalid"):
                checks.verify(newer)
        assert source.asked == 1  # moments ago
        source.keys = {"keys": [*JWKS["keys"], OTHER.as_dict(private=False)]}
        moment[0] += 11
        assert checks.verify(newer).id == "b"
        assert source.asked == 2

    def test_known_keys_outlast_the_identity_service(self) -> None:
        moment = [100.0]
        source = Source()
        checks = TokenVerifier(source, clock=FixedClock(NOW), monotonic=lambda: moment[0])
        checks.verify(token_for("broker", "b", now=NOW))
        source.down = True
        moment[0] += 3_600
        assert checks.verify(token_for("broker", "c", now=NOW)).id == "c"
        assert source.asked == 2
        with pytest.raises(IdentityUnavailable):
            checks.verify(token_for("broker", "c", now=NOW, key=OTHER, key_id="other"))

    def test_a_withdrawn_key_is_forgotten(self) -> None:
        moment = [100.0]
        source = Source()
        checks = TokenVerifier(source, clock=FixedClock(NOW), monotonic=lambda: moment[0])
        checks.verify(token_for("broker", "b", now=NOW))
        source.keys = {"keys": [OTHER.as_dict(private=False)]}
        moment[0] += auth.REFRESH_AFTER + 1
        with pytest.raises(TokenRefused):
            checks.verify(token_for("broker", "c", now=NOW))

    def test_no_keys_from_the_start_until_there_are(self) -> None:
        moment = [100.0]
        source = Source()
        source.down = True
        checks = TokenVerifier(source, clock=FixedClock(NOW), monotonic=lambda: moment[0])
        token = token_for("broker", "b", now=NOW)
        for _ in range(3):
            with pytest.raises(IdentityUnavailable):
                checks.verify(token)
        assert source.asked == 1
        source.down = False
        moment[0] += 11
        assert checks.verify(token).id == "b"

    @pytest.mark.parametrize("document", [{}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": [3]}, [], None])
    def test_a_key_set_that_is_none_is_as_good_as_away(self, document: Any) -> None:
        checks = TokenVerifier(lambda: document, clock=FixedClock(NOW))
        with pytest.raises(IdentityUnavailable):
            checks.verify(token_for("broker", "b", now=NOW))

    def test_keys_from_an_address(self) -> None:
        answers = [httpx.Response(503), httpx.Response(200, json=JWKS)]
        http = httpx.Client(transport=httpx.MockTransport(lambda request: answers.pop(0)))
        checks = TokenVerifier("http://member/v1/jwks", http=http, clock=FixedClock(NOW))
        token = token_for("broker", "b", now=NOW)
        with pytest.raises(IdentityUnavailable):
            checks.verify(token)
        checks._tried_at = None
        assert checks.verify(token).id == "b"

    def test_answered_503(self, demo: Demo) -> None:
        source = Source()
        source.down = True
        demo.verifier = TokenVerifier(source, clock=demo.clock)
        client: FlaskClient = demo_app(demo).test_client()
        headers = {"Authorization": f"Bearer {token_for('broker', 'b', now=NOW)}"}
        answer = client.get("/v1/notes", headers=headers)
        assert_problem(answer, 503, "identity.unavailable")
        assert answer.headers["Retry-After"] == "5"


class TestMemory:
    def test_a_token_is_verified_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        checks = verifier(FixedClock(NOW))
        token = token_for("broker", "b", now=NOW)
        first = checks.verify(token)
        monkeypatch.setattr("plumbing.auth.jwt.decode", lambda *_, **__: pytest.fail("verified twice"))
        assert checks.verify(token) is first

    def test_only_so_many_are_remembered(self) -> None:
        checks = TokenVerifier(lambda: JWKS, clock=FixedClock(NOW), remembered=3)
        for number in range(10):
            checks.verify(token_for("broker", str(number), now=NOW))
        assert len(checks._actors) == 3

    def test_refusals_are_not_remembered(self) -> None:
        checks = verifier(FixedClock(NOW))
        for _ in range(3):
            with pytest.raises(TokenRefused):
                checks.verify(token_for("broker", "b", now=NOW, aud="x"))
        assert not checks._actors

    def test_many_threads(self) -> None:
        source = Source()
        checks = TokenVerifier(source, clock=FixedClock(NOW), remembered=20)
        tokens = [token_for("broker", str(number), now=NOW) for number in range(40)]
        wrong: list[object] = []

        def work(offset: int) -> None:
            for step in range(120):
                number = (offset * 7 + step) % 40
                if checks.verify(tokens[number]).id != str(number):
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
        assert source.asked == 1


def test_bearer_tokens_in_headers() -> None:
    assert bearer_token("Bearer a.b.c") == "a.b.c"
    assert bearer_token("BEARER  a") == "a"
    for header in (None, "", "Bearer", "Basic a", "a.b.c"):
        assert bearer_token(header) is None


def test_the_system_clock_is_the_default() -> None:
    assert TokenVerifier(lambda: JWKS).verify(token_for("broker", "b", now=datetime.now(UTC))).id == "b"
