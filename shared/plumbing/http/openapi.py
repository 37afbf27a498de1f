"""The contract writes itself: each operation documents its guard, its headers and every problem it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import flask_smorest
from werkzeug.routing import BaseConverter, ValidationError

from plumbing.http import fields
from plumbing.http.guards import Guard
from plumbing.http.problems import MEDIA_TYPE
from plumbing.http.schema import Schema

KEY_PATTERN = "[A-Za-z0-9._:-]{8,128}"


class FieldError(Schema):
    """One field at fault."""

    field = fields.Text(max=200, min=0, required=True, metadata={"description": "Chemin, par exemple client.email."})
    code = fields.Text(max=80, required=True)
    message = fields.Text(max=500, required=True)


class ProblemAnswer(Schema):
    """The shape of every error (RFC 9457)."""

    type = fields.Text(max=200, required=True)
    title = fields.Text(max=200, required=True)
    status = fields.Integer(minimum=400, maximum=599, required=True)
    code = fields.Text(max=120, required=True, metadata={"description": "Stable, for programs."})
    detail = fields.Text(max=1000, min=0, required=True, metadata={"description": "A French sentence, for people."})
    errors = fields.List(fields.Nested(FieldError()))
    request_id = fields.Text(max=80)


class IdConverter(BaseConverter):
    """`<id:quote_id>`: a UUID; anything else is no such address. Views get lower-case text."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    part_isolating = True

    def to_python(self, value: str) -> str:
        if not value.isascii():
            raise ValidationError
        return value.lower()


def _id_parameter(_converter: BaseConverter) -> dict[str, str]:
    return {"type": "string", "format": "uuid"}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's Api whose errors are ours."""

    ERROR_SCHEMA = ProblemAnswer
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            answer: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                answer["content"] = {MEDIA_TYPE: {"schema": ProblemAnswer}}
            self.spec.components.response(status.name, answer, lazy=True)

    def _register_error_handlers(self) -> None:
        """Nothing: the application has one handler for all errors."""

    def _register_doc_blueprint(self) -> None:
        """Nothing: the application serves the document itself."""


def new_api(app: Any, *, title: str, version: str) -> Api:
    """Return the Api of an application, with the security scheme and our converters documented."""
    api = Api(
        app,
        spec_kwargs={
            "title": title,
            "version": version,
            "openapi_version": "3.1.0",
        },
    )
    api.register_converter(IdConverter, _id_parameter)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api


def document_operation(
    doc: dict[str, Any], doc_info: Mapping[str, Any], *, app: Any, method: str, **_: Any
) -> dict[str, Any]:
    """Complete one operation: security, headers, and the problems that its decorators can answer."""
    facts = doc_info.get("plumbing", {})
    guard: Guard | None = facts.get("guard")
    responses = doc.setdefault("responses", {})
    statuses = _statuses(doc, facts, guard, method, app.extensions["problem_statuses"])
    for status in sorted(statuses):
        responses.setdefault(status, HTTPStatus(status).name)
    doc["security"] = [] if guard is None or guard.is_public else [{"bearer": []}]
    doc.setdefault("parameters", []).extend(_header_parameters(facts))
    if guard is not None and not guard.is_public:
        doc["x-roles"] = sorted(guard.roles)
    if not doc["parameters"]:
        del doc["parameters"]
    return doc


def _statuses(
    doc: Mapping[str, Any], facts: Mapping[str, Any], guard: Guard | None, method: str, from_table: set[int]
) -> set[int]:
    writes = method not in {"get", "head", "options"}
    # Everything asks the database or the identity service, and everything has an address that may name nothing.
    statuses = {404, 503}
    if guard is not None and not guard.is_public:
        statuses |= {401, 403}
    if doc.get("requestBody"):
        statuses |= {400, 413, 415, 422}
    if doc.get("parameters"):
        statuses |= {422}
    if facts.get("idempotent"):
        statuses |= {400, 409}
    if facts.get("conditional"):
        statuses |= {412, 428}
    if facts.get("limited"):
        statuses |= {429}
    if writes:
        statuses |= {409} | from_table
    else:
        statuses |= from_table & {403, 404, 409, 410, 422}
    return statuses


def _header_parameters(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    parameters = []
    if facts.get("idempotent"):
        parameters.append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": True,
                "description": "A fresh key for each act; a repeat with the same key gets the same answer.",
                "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            }
        )
    if facts.get("conditional"):
        parameters.append(
            {
                "in": "header",
                "name": "If-Match",
                "required": True,
                "description": "The ETag of the version that is edited.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 100},
            }
        )
    return parameters


__all__ = ["Api", "IdConverter", "ProblemAnswer", "document_operation", "new_api"]
