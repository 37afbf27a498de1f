"""Every refusal has one shape, and no input, however odd, is answered 5xx."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from plumbing.http import Problem
from plumbing.http.problems import ErrorTable
from tests.plumbing.http.demo import Demo, NoteExpired, NoteVeryExpired, demo_app

JSON = "application/json"
SHAPE = {"type", "title", "status", "code", "detail", "request_id"}
Body = Callable[..., dict[str, Any]]


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert set(body) - {"errors"} == SHAPE
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


def post(client: FlaskClient, as_broker: dict[str, str], **options: Any) -> Any:
    headers = {**as_broker, "Idempotency-Key": "one-key-for-all", **options.pop("headers", {})}
    return client.post("/v1/notes", headers=headers, **options)


class TestAddressesAndMethods:
    def test_an_address_that_names_nothing(self, client: FlaskClient) -> None:
        assert_problem(client.get("/v1/nothing"), 404, "route.not_found")

    def test_an_id_that_is_none_is_no_address(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        assert_problem(client.get("/v1/notes/17", headers=as_broker), 404, "route.not_found")

    @pytest.mark.parametrize("path", ["/v1/trouble/%00", "/v1/trouble/a%0Ab", "/v1/notes/%00"])
    def test_control_characters_in_an_address(self, client: FlaskClient, as_manager: dict[str, str], path: str) -> None:
        assert_problem(client.get(path, headers=as_manager), 404, "route.not_found")

    def test_an_address_that_is_no_unicode(self, client: FlaskClient, as_manager: dict[str, str]) -> None:
        assert client.get("/v1/trouble/%ff%fe", headers=as_manager).status_code == 404

    def test_a_method_that_is_not_offered_names_those_that_are(self, client: FlaskClient) -> None:
        answer = client.delete("/v1/notes")
        assert_problem(answer, 405, "method.not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"

    def test_a_slash_at_the_end_is_forgiven(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        assert client.get("/v1/notes/", headers=as_broker).status_code == 200


class TestBodies:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "nothing",
            "{'title': 'a'}",
            '{"title": NaN}',
            '{"title": Infinity}',
            '{"title": 1e400}',
            '{"title": "\\ud800"}',
            '{"title": "\x01"}',
            b'{"title": "\xff\xfe"}',
            b"\xef\xbb\xbf{}",
            '{"a": 1}{"b": 2}',
            "[" * 2000 + "]" * 2000,
            '{"a":' * 2000 + "1" + "}" * 2000,
        ],
    )
    def test_what_is_no_json(self, client: FlaskClient, as_broker: dict[str, str], text: str | bytes) -> None:
        answer = post(client, as_broker, data=text, content_type="application/json")
        assert_problem(answer, 400, "json.malformed")

    @pytest.mark.parametrize("text", ["[]", "null", "1", '"text"', "true", "[[1]]", "12345678901234567890123"])
    def test_json_that_is_no_object(self, client: FlaskClient, as_broker: dict[str, str], text: str) -> None:
        body = assert_problem(post(client, as_broker, data=text, content_type="application/json"), 422, "validation")
        assert body["errors"] == [{"field": "", "code": "type", "message": "Un objet est attendu."}]

    @pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", None])
    def test_another_content_type(
        self, client: FlaskClient, as_broker: dict[str, str], note: Body, media_type: str | None
    ) -> None:
        answer = post(client, as_broker, data=b'{"title": "a", "price": "1.00"}', content_type=media_type)
        assert_problem(answer, 415, "media_type.unsupported")

    def test_json_by_another_name(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        text = '{"title": "a", "price": "1.00"}'
        assert post(client, as_broker, data=text, content_type="application/merge-patch+json").status_code == 201

    def test_no_body_at_all_names_what_is_missing(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        body = assert_problem(post(client, as_broker), 422, "validation")
        assert {error["field"] for error in body["errors"]} == {"title", "price"}

    def test_a_body_beyond_the_limit(self, demo: Demo, as_broker: dict[str, str], note: Body) -> None:
        client = demo_app(demo, max_body=200).test_client()
        assert post(client, as_broker, json=note()).status_code == 201
        assert_problem(post(client, as_broker, json=note(title="a" * 300)), 413, "body.too_large")

    def test_a_form_where_a_file_is_expected(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        headers = {**as_broker, "Idempotency-Key": "a-key-of-eight"}
        body = client.post("/v1/files", headers=headers, data={"title": "a", "file": "no file"},
                           content_type="multipart/form-data")  # fmt: skip
        problem = assert_problem(body, 422, "validation")
        assert problem["errors"] == [{"field": "file", "code": "type", "message": "Un fichier est attendu."}]

    def test_a_form_that_is_no_form(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        headers = {**as_broker, "Idempotency-Key": "a-key-of-eight"}
        assert_problem(client.post("/v1/files", headers=headers, json={}), 415, "media_type.unsupported")
        broken = client.post(
            "/v1/files", headers=headers, data=b"no form", content_type="multipart/form-data; boundary=x"
        )
        assert broken.status_code == 422


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"title": None}, "title", "null"),
    ({"title": ""}, "title", "blank"),
    ({"title": " \t "}, "title", "blank"),
    ({"title": "\u200b\u200d"}, "title", "blank"),
    ({"title": "\u0958" * 80}, "title", "too_long"),
    ({"title": "a" * 81}, "title", "too_long"),
    ({"title": "a\u0000b"}, "title", "control_characters"),
    ({"title": "a\u202eb"}, "title", "control_characters"),
    ({"title": "a\u2028b"}, "title", "control_characters"),
    ({"title": "a\nb"}, "title", "control_characters"),
    ({"title": 3}, "title", "type"),
    ({"title": True}, "title", "type"),
    ({"title": ["a"]}, "title", "type"),
    ({"title": {"a": 1}}, "title", "type"),
    ({"price": 51.74}, "price", "amount"),
    ({"price": 51}, "price", "amount"),
    ({"price": "51.7"}, "price", "amount"),
    ({"price": "51,74"}, "price", "amount"),
    ({"price": "51.740"}, "price", "amount"),
    ({"price": "051.74"}, "price", "amount"),
    ({"price": " 51.74"}, "price", "amount"),
    ({"price": "1e2"}, "price", "amount"),
    ({"price": "NaN"}, "price", "amount"),
    ({"price": "٥١.٧٤"}, "price", "amount"),
    ({"price": "0.00"}, "price", "range"),
    ({"price": "-1.00"}, "price", "range"),
    ({"price": "5000.01"}, "price", "range"),
    ({"price": "9" * 19 + ".00"}, "price", "amount"),
    ({"colour": "green"}, "colour", "choice"),
    ({"colour": 1}, "colour", "type"),
    ({"colour": ["red"]}, "colour", "type"),
    ({"count": "1"}, "count", "type"),
    ({"count": 1.5}, "count", "type"),
    ({"count": True}, "count", "type"),
    ({"count": 0}, "count", "range"),
    ({"count": 10**30}, "count", "type"),
    ({"count": -(2**63)}, "count", "range"),
    ({"urgent": "true"}, "urgent", "type"),
    ({"urgent": 1}, "urgent", "type"),
    ({"postcode": "2920"}, "postcode", "postcode"),
    ({"postcode": 29200}, "postcode", "postcode"),
    ({"postcode": "29200\n"}, "postcode", "postcode"),
    ({"related": "17"}, "related", "id"),
    ({"related": 17}, "related", "id"),
    ({"due_at": "2026-03-02T10:00:00"}, "due_at", "instant"),
    ({"due_at": "2026-13-02T10:00:00Z"}, "due_at", "instant"),
    ({"due_at": "0001-01-01T00:00:00+10:00"}, "due_at", "instant"),
    ({"due_at": 1}, "due_at", "instant"),
    ({"clients": {}}, "clients", "type"),
    ({"clients": [3]}, "clients.0", "type"),
    ({"clients": [None]}, "clients.0", "null"),
    ({"clients": [{}] * 4}, "clients", "too_many"),
    ({"labels": ["a", 3]}, "labels.1", "type"),
    ({"labels": ["a"] * 6}, "labels", "too_many"),
    ({"surprise": 1}, "surprise", "unknown"),
    ({"a\u0000\ufffe": 1}, "a??", "unknown"),
    ({"x" * 400: 1}, "x" * 120, "unknown"),
    ({"colour": "blue", "price": "1000.01"}, "price", "too_dear"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad)[:50])
def test_each_bad_value_names_its_field(
    client: FlaskClient, as_broker: dict[str, str], note: Body, bad: tuple[dict[str, Any], str, str]
) -> None:
    change, field, code = bad
    body = assert_problem(
        post(client, as_broker, data=json.dumps(note(**change)), content_type=JSON), 422, "validation"
    )
    found = {(error["field"], error["code"]): error["message"] for error in body["errors"]}
    assert (field, code) in found
    assert all(message and "{" not in message for message in found.values())


def test_paths_of_nested_fields(client: FlaskClient, as_broker: dict[str, str], note: Body) -> None:
    people = [{"first_name": "Jean", "email": "jean", "birth_date": "2001-02-29", "mobile": "0140000000", "age": 3}]
    body = assert_problem(post(client, as_broker, json=note(clients=people)), 422, "validation")
    assert {(error["field"], error["code"]) for error in body["errors"]} == {
        ("clients.0.email", "email"),
        ("clients.0.birth_date", "birth_date"),
        ("clients.0.mobile", "mobile"),
        ("clients.0.age", "unknown"),
    }


def test_at_most_fifty_errors(client: FlaskClient, as_broker: dict[str, str], note: Body) -> None:
    surprises = {f"surprise{number}": 1 for number in range(500)}
    body = assert_problem(post(client, as_broker, json=note(**surprises)), 422, "validation")
    assert len(body["errors"]) == 50


class TestQueries:
    @pytest.mark.parametrize(
        ("query", "field", "code"),
        [
            ("limit=0", "limit", "range"),
            ("limit=101", "limit", "range"),
            ("limit=ten", "limit", "type"),
            ("limit=1.0", "limit", "type"),
            ("limit=" + "9" * 400, "limit", "type"),
            ("limit=٣", "limit", "type"),
            ("colour=green", "colour", "choice"),
            ("urgent=yes", "urgent", "type"),
            ("color=red", "color", "unknown"),
            ("cursor=%00", "cursor", "cursor"),
            ("cursor=", "cursor", "cursor"),
            ("%ff=1", "%FF", "unknown"),
        ],
    )
    def test_bad_queries(
        self, client: FlaskClient, as_broker: dict[str, str], query: str, field: str, code: str
    ) -> None:
        body = assert_problem(client.get(f"/v1/notes?{query}", headers=as_broker), 422, "validation")
        assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]

    def test_good_queries(self, client: FlaskClient, as_broker: dict[str, str]) -> None:
        assert client.get("/v1/notes?limit=5&colour=red&urgent=true", headers=as_broker).status_code == 200

    def test_who_may_not_ask_learns_nothing_about_the_query(self, client: FlaskClient) -> None:
        assert_problem(client.get("/v1/notes?color=red"), 401, "token.missing")


class TestFailures:
    @pytest.mark.parametrize(
        ("kind", "status", "code"),
        [
            ("expired", 409, "note.expired"),
            ("very-expired", 409, "note.expired"),
            ("forbidden", 403, "forbidden"),
            ("stale", 409, "conflict"),
            ("database", 503, "database.unavailable"),
            ("nothing", 404, "note.not_found"),
            ("bug", 500, "internal"),
        ],
    )
    def test_each_exception_has_its_answer(
        self, client: FlaskClient, as_manager: dict[str, str], kind: str, status: int, code: str
    ) -> None:
        body = assert_problem(client.get(f"/v1/trouble/{kind}", headers=as_manager), status, code)
        if kind == "expired":
            assert body["detail"] == "La note «\u00a0Achats\u00a0» a expiré."
        if status == 500:
            assert "example.com" not in str(body)

    def test_a_stale_write_is_412_to_who_named_a_version(self, client: FlaskClient, as_manager: dict[str, str]) -> None:
        headers = {**as_manager, "If-Match": '"3"'}
        assert_problem(client.get("/v1/trouble/stale", headers=headers), 412, "precondition.failed")

    def test_who_is_turned_away_by_the_database_is_told_when_to_come_back(
        self, client: FlaskClient, as_manager: dict[str, str]
    ) -> None:
        assert client.get("/v1/trouble/database", headers=as_manager).headers["Retry-After"] == "5"

    def test_tables_are_joined_and_search_the_bases(self) -> None:
        first = ErrorTable({NoteExpired: Problem(409, "a", "A")})
        both = first | ErrorTable({NoteVeryExpired: Problem(410, "b", "B")})
        found = both.problem_for(NoteVeryExpired("x"))
        assert found is not None
        assert found.code == "b"
        assert both.problem_for(ValueError()) is None
        assert both.statuses() == {409, 410}


def test_answers_are_not_kept_by_anything_between(client: FlaskClient, as_broker: dict[str, str]) -> None:
    answer = client.get("/v1/notes", headers=as_broker)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
