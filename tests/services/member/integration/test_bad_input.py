"""Whatever comes in that should not: a problem with a French detail, never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.member.front import Api
from tests.services.member.world import World

POSTS: dict[str, dict[str, Any]] = {
    "/sessions": {"identifier": "courtier@lemaire.example", "password": "Parapluie-2026!"},
    "/sessions/refresh": {"refresh_token": "x" * 43},
    "/service-tokens": {"client_id": "quoting", "client_secret": "q" * 40, "tenant": "rives"},
    "/password-resets": {"identifier": "courtier@lemaire.example"},
    "/activations": {"token": "x" * 43, "password": "Un-Parapluie-2026!"},
}
TEXTS = [(path, name) for path, body in POSTS.items() for name in body]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[World]:
    """One for all: nothing that is refused changes anything."""
    made = World(tmp_path_factory.mktemp("bad"), template)
    yield made
    made.close()


def check(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"].endswith(".")
    assert answer.json["request_id"]


@pytest.mark.parametrize(("path", "name"), TEXTS)
@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", "a\u0000b", "x" * 2000], ids=repr)
def test_a_field_of_the_wrong_kind(api: Api, path: str, name: str, value: Any) -> None:
    sent = {**POSTS[path], name: value}

    answer = api.post(path, sent)

    check(answer, 422)
    assert [error["field"] for error in answer.json["errors"]] == [name]


@pytest.mark.parametrize(("path", "name"), TEXTS)
def test_a_missing_field(api: Api, path: str, name: str) -> None:
    check(api.post(path, {key: value for key, value in POSTS[path].items() if key != name}), 422)


@pytest.mark.parametrize("path", POSTS)
def test_an_unknown_field(api: Api, path: str) -> None:
    answer = api.post(path, {**POSTS[path], "role": "manager"})

    check(answer, 422)
    assert answer.json["errors"][0]["field"] == "role"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"[" * 5000, "application/json", 400),
        (b'{"identifier": "\\ud800"}', "application/json", 400),
    ],
)
def test_a_body_that_is_none(api: Api, path: str, body: bytes, media_type: str, status: int) -> None:
    answer = api.world.client.post(f"/v1{path}", data=body, content_type=media_type)

    assert answer.status_code in (status, 422)
    check(answer, answer.status_code)


@pytest.mark.parametrize("path", ["/brokers/nonsense", "/members/1", "/members/../me", "/nowhere", "/me/contracts/1"])
def test_an_address_that_names_nothing(api: Api, path: str) -> None:
    check(api.get(path, token=api.token("gestion@rives.example")), 404)


def test_a_method_that_is_not_there(api: Api) -> None:
    check(api.call("PATCH", "/me", {}), 405)


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic eDp5", "Bearer " + "a" * 9000, "Bearer a.b.c"])
def test_a_token_that_is_none(api: Api, header: str) -> None:
    check(api.get("/me", Authorization=header), 401)
