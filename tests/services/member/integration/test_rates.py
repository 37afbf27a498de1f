"""What one address may ask for in a minute at the doors that are open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.member.front import Api
from tests.services.member.world import World

DOORS: dict[str, dict[str, Any]] = {
    "/sessions": {"identifier": "nobody@example.org", "password": "Mauvais-mot-2026!"},
    "/password-resets": {"identifier": "nobody@example.org"},
    "/activations": {"token": "x" * 43, "password": "Un-Parapluie-2026!"},
    "/service-tokens": {"client_id": "quoting", "client_secret": "x" * 40, "tenant": "rives"},
}


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    made = World(
        tmp_path,
        template,
        TRUSTED_PROXIES="1",
        SIGN_INS_PER_MINUTE="2",
        LINK_REQUESTS_PER_MINUTE="2",
        ACTIVATIONS_PER_MINUTE="2",
        SERVICE_TOKENS_PER_MINUTE="2",
    )
    yield made
    made.close()


@pytest.mark.parametrize("door", DOORS)
def test_an_address_that_knocks_too_often_waits_for_the_next_minute(api: Api, door: str) -> None:
    def knock(address: str) -> Any:
        return api.post(door, DOORS[door], X_Forwarded_For=address)

    statuses = [knock("192.0.2.1").status_code for _ in range(2)]
    refused = knock("192.0.2.1")

    assert 429 not in statuses
    assert (refused.status_code, refused.json["code"]) == (429, "rate.limited")
    assert refused.headers["Retry-After"] == "60"
    assert knock("192.0.2.2").status_code == statuses[0]
    api.world.clock.advance(timedelta(minutes=1))
    assert knock("192.0.2.1").status_code == statuses[0]


def test_who_is_refused_for_his_address_costs_no_hash_and_no_attempt(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def verify(password: str, _hash: str | None) -> bool:
        compared.append(password)
        return False

    monkeypatch.setattr(api.world.services.passwords, "verify", verify)

    for _ in range(12):
        api.sign_in("nobody@example.org")

    assert len(compared) == 2
    api.world.clock.advance(timedelta(minutes=1))
    assert api.sign_in("nobody@example.org").status_code == 401


def test_other_doors_stay_open_for_an_address_that_signs_in_too_often(api: Api) -> None:
    token = api.token("courtier@lemaire.example")
    for _ in range(3):
        api.sign_in("nobody@example.org")

    assert api.get("/me", token=token).status_code == 200
    assert api.ask_link("nobody@example.org").status_code == 202
