"""The contract says what the code does, and the code does what the contract says."""

from __future__ import annotations

import warnings
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from plumbing.http import Blueprint, Schema, fields, page_schema
from tests.plumbing.http.demo import NOW, Demo, NoteOut, demo_app
from tests.plumbing.http.test_idempotency import BROKER, send
from tests.support.conformance import assert_conforms


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    contract: dict[str, Any] = client.get("/openapi.json").get_json()
    return contract


def statuses(document: dict[str, Any], path: str, method: str) -> set[int]:
    return {int(status) for status in document["paths"][path][method]["responses"]}


def test_the_demo_conforms_to_its_contract(demo: Demo) -> None:
    assert assert_conforms(demo_app(demo), NOW) == 10


def test_each_operation_lists_the_refusals_it_can_give(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert statuses(document, "/v1/notes", "get") == {200, 401, 403, 404, 409, 422, 503}
    assert statuses(document, "/v1/notes", "post") == {201, 400, 401, 403, 404, 409, 413, 415, 422, 503}
    assert {412, 428} <= statuses(document, "/v1/notes/{note_id}", "put")
    assert 429 in statuses(document, "/v1/knock", "post")
    assert not {401, 403} & statuses(document, "/v1/knock", "post")
    assert 500 in statuses(document, "/v1/trouble/{kind}", "get")
    for answer in document["components"]["responses"].values():
        assert answer["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}
        }


def test_probes_are_not_part_of_it(document: dict[str, Any]) -> None:
    assert all(path.startswith("/v1/") for path in document["paths"])


def test_who_may_call(document: dict[str, Any]) -> None:
    notes, door = document["paths"]["/v1/notes"], document["paths"]["/v1/knock"]
    assert (notes["get"]["security"], notes["get"]["x-roles"]) == ([{"bearer": []}], ["broker", "manager"])
    assert door["post"]["security"] == []
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_headers_that_are_required(document: dict[str, Any]) -> None:
    def headers(path: str, method: str) -> set[str]:
        parameters = document["paths"][path][method].get("parameters", [])
        return {entry["name"] for entry in parameters if entry["in"] == "header" and entry["required"]}

    assert headers("/v1/notes", "post") == {"Idempotency-Key"}
    assert headers("/v1/notes/{note_id}", "put") == {"If-Match"}
    assert headers("/v1/notes/{note_id}", "get") == set()


def test_fields_are_documented_as_strictly_as_they_are_checked(document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["NoteIn"]["properties"]
    assert document["components"]["schemas"]["NoteIn"]["additionalProperties"] is False
    assert properties["title"] == {"type": "string", "minLength": 1, "maxLength": 80}
    assert properties["price"]["pattern"] == "^(0|[1-9][0-9]{0,3})[.][0-9]{2}$"
    assert properties["colour"]["enum"] == ["red", "blue"]
    assert properties["count"] == {"type": "integer", "minimum": 1, "maximum": 9, "default": 1}
    assert properties["postcode"]["type"] == ["string", "null"]
    assert properties["clients"]["maxItems"] == 3
    form = document["paths"]["/v1/files"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    sending = document["components"]["schemas"][form["$ref"].rsplit("/", 1)[1]]
    assert sending["properties"]["file"] == {"type": "string", "format": "binary"}


def test_answers_fit_their_schemas(client: FlaskClient, document: dict[str, Any]) -> None:
    schema = {**document["components"]["schemas"]["NoteOut"], "components": document["components"]}
    assert jsonschema_rs.is_valid(schema, send(client).get_json())
    problem = {"$ref": "#/components/schemas/ProblemAnswer", "components": document["components"]}
    assert jsonschema_rs.is_valid(problem, client.post("/v1/notes", headers=BROKER, json={}).get_json())


def test_the_document_is_written_once_and_alike(demo: Demo) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = demo_app(demo).test_client().get("/openapi.json").get_data()
        second = demo_app(demo).test_client().get("/openapi.json").get_data()
    assert first == second


def test_schema_classes_are_refused_where_an_instance_is_wanted() -> None:
    class Thing(Schema):
        name = fields.Text()

    blp = Blueprint("things", __name__)
    with pytest.raises(TypeError, match=r"pass an instance, Thing\(\)"):
        blp.arguments(Thing)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="pass an instance"):
        blp.response(200, Thing)  # type: ignore[arg-type]


def test_a_kind_of_page_has_one_schema() -> None:
    assert page_schema(NoteOut()) is page_schema(NoteOut())
