"""Who gets in: roles, scopes, second factor, and the walk over all routes."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from plumbing.http import Blueprint, create_api_app, public, requires, unguarded_routes
from plumbing.http.guards import guard_of, routes
from plumbing.ids import new_id
from tests.plumbing.http.demo import NOW, Demo, demo_app
from tests.plumbing.http.test_problems import assert_problem
from tests.support.tokens import bearer


def test_every_route_of_the_demo_says_who_may_call(demo: Demo) -> None:
    app = demo_app(demo)
    assert unguarded_routes(app) == []
    guards = {(rule, method): guard_of(view) for rule, method, view in routes(app)}
    assert len(guards) == 10
    door = guards["/v1/knock", "POST"]
    assert door is not None
    assert door.is_public


def test_the_walk_finds_what_was_forgotten(demo: Demo) -> None:
    blp = Blueprint("forgotten", __name__)

    @blp.route("/classes")
    class Views(MethodView):
        def get(self) -> str:
            return ""

        @public
        def post(self) -> str:
            return ""

    @blp.route("/functions")
    def view() -> str:
        return ""

    app = create_api_app(name="x", title="X", blueprints=[blp], services=demo)
    assert unguarded_routes(app) == ["GET /v1/classes", "GET /v1/functions"]


def test_nobody(client: FlaskClient) -> None:
    answer = client.get("/v1/notes")
    assert_problem(answer, 401, "token.missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer\t", "Token abc"])
def test_no_bearer_token(client: FlaskClient, header: str) -> None:
    assert_problem(client.get("/v1/notes", headers={"Authorization": header}), 401, "token.missing")


@pytest.mark.parametrize("header", ["Bearer abc", "Bearer a.b.c", "Bearer éàü", "Bearer " + "a" * 9000])
def test_no_token_at_all(client: FlaskClient, header: str) -> None:
    answer = client.get("/v1/notes", headers={"Authorization": header})
    assert_problem(answer, 401, "token.malformed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("role", ["guest", "member", "employer", "partner", "service"])
def test_another_role(client: FlaskClient, role: str) -> None:
    assert_problem(client.get("/v1/notes", headers=bearer(role, "x", now=NOW)), 403, "role.refused")


def test_the_scheme_may_be_in_small_letters(client: FlaskClient, as_broker: dict[str, str]) -> None:
    token = as_broker["Authorization"].split()[1]
    assert client.get("/v1/notes", headers={"Authorization": f"bearer  {token}"}).status_code == 200


class TestScopes:
    def test_a_guest_sees_what_his_link_names_and_nothing_else(self, client: FlaskClient) -> None:
        own, other = new_id(), new_id()
        guest = bearer("guest", "g", scope=f"subscription:{own}", now=NOW)
        assert client.get(f"/v1/subscriptions/{own}/notes", headers=guest).status_code == 200
        assert_problem(client.get(f"/v1/subscriptions/{other}/notes", headers=guest), 404, "subscription.not_found")

    def test_a_guest_without_a_scope(self, client: FlaskClient) -> None:
        for scope in ("", "claim:1", "subscriptions"):
            answer = client.get(
                f"/v1/subscriptions/{new_id()}/notes", headers=bearer("guest", "g", scope=scope, now=NOW)
            )
            assert_problem(answer, 403, "scope.missing")

    def test_scopes_bind_guests_only(self, client: FlaskClient, as_manager: dict[str, str]) -> None:
        assert client.get(f"/v1/subscriptions/{new_id()}/notes", headers=as_manager).status_code == 200


class TestSecondFactor:
    def test_without(self, client: FlaskClient, as_manager: dict[str, str]) -> None:
        assert_problem(client.delete(f"/v1/notes/{new_id()}", headers=as_manager), 403, "second_factor.required")

    def test_with(self, client: FlaskClient) -> None:
        manager = bearer("manager", "m", now=NOW, second_factor=True)
        assert_problem(client.delete(f"/v1/notes/{new_id()}", headers=manager), 404, "note.not_found")


def test_a_guard_needs_roles_that_exist() -> None:
    for roles in ((), ("customer",)):
        with pytest.raises(ValueError, match="needs known roles"):
            requires(*roles)


def test_the_guard_comes_before_the_body(client: FlaskClient) -> None:
    assert_problem(client.post("/v1/notes", data="{", content_type="application/json"), 401, "token.missing")


def test_probes_and_contract_are_open_and_the_rest_is_not(demo: Demo) -> None:
    app: Flask = demo_app(demo)
    client = app.test_client()
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert client.get(path).status_code == 200
