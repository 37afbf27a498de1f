"""flask-smorest's Blueprint with our way of reading requests and writing answers.

The documentation half is flask-smorest's; the half that runs for each request is ours: one wrapper for each decorator,
orjson in and out, 415 for a wrong content type, and field errors in French.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import flask_smorest
import marshmallow as ma
import orjson
from flask import Request, Response, current_app, request
from flask.globals import request_ctx
from flask_smorest.utils import set_status_and_headers_in_response, unpack_tuple_response
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from plumbing.http import openapi, payload
from plumbing.http.guards import mark
from plumbing.http.messages import UNKNOWN, errors_of
from plumbing.http.problems import ProblemRaised, invalid_input, standard

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
MULTI_FIELDS = (ma.fields.List, ma.fields.Tuple)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A group of routes: `Blueprint("quotes", __name__, description="Devis")`; it is mounted under /v1."""

    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = {
        "json": "application/json",
        "form": "application/x-www-form-urlencoded",
        "files": "multipart/form-data",
        "multipart": "multipart/form-data",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(openapi.document_operation)

    def arguments(
        self,
        schema: ma.Schema,
        *,
        location: str = "json",
        required: bool = True,
        description: str | None = None,
        example: dict[str, Any] | None = None,
        examples: dict[str, Any] | None = None,
        content_type: str | None = None,
    ) -> Decorator:
        """Read and check one part of the request; the view gets the loaded dict as its next positional argument.

        `location` is json, query, headers, form, files, or multipart (fields and files of one form together). Pass a
        schema instance, built once: a class would be built again for each request.
        """
        _refuse_class(schema)
        read = _READERS[location]
        if location != "json":
            schema.from_text = True  # type: ignore[attr-defined]
        document = super().arguments(
            schema,
            location=location,
            required=required,
            description=description,
            example=example,
            examples=examples,
            content_type=content_type,
        )
        unknown: Literal["exclude"] | None = "exclude" if location in {"query", "headers"} else None

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def loaded(*args: Any, **kwargs: Any) -> Any:
                if location == "query":
                    _refuse_unknown_query()
                try:
                    value = schema.load(read(schema), unknown=unknown)
                except ma.ValidationError as error:
                    raise invalid_input(errors_of(error)) from None
                return view(*args, value, **kwargs)

            loaded._apidoc = document(view)._apidoc  # type: ignore[attr-defined]
            if location == "query":
                names = {field.data_key or name for name, field in schema.load_fields.items()}
                known = loaded._apidoc.get("plumbing", {}).get("query", frozenset())  # type: ignore[attr-defined]
                mark(loaded, query=frozenset(names) | known)
            return loaded

        return decorate

    def response(
        self,
        status_code: int,
        schema: ma.Schema | None = None,
        *,
        content_type: str | None = None,
        description: str | None = None,
        example: Any = None,
        examples: Any = None,
        headers: dict[str, Any] | None = None,
    ) -> Decorator:
        """Write what the view returns: a value (dumped by `schema`), (value, headers), (value, status) or all three.

        A Response goes out as it is; hot views return `json_response({...})`, which skips the dump.
        """
        _refuse_class(schema)
        document = super().response(
            status_code,
            schema,
            content_type=content_type,
            description=description,
            example=example,
            examples=examples,
            headers=headers,
        )

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def written(*args: Any, **kwargs: Any) -> Any:
                result = view(*args, **kwargs)
                if isinstance(result, Response):
                    return result
                value, status, more = unpack_tuple_response(result)
                if isinstance(value, Response):
                    set_status_and_headers_in_response(value, status, more)
                    return value
                if schema is not None:
                    value = schema.dump(value)
                body = b"" if value is None and schema is None else payload.dumps(value)
                return Response(body, status or status_code, more, mimetype="application/json" if body else None)

            written._apidoc = document(view)._apidoc  # type: ignore[attr-defined]
            return written

        return decorate


def _refuse_unknown_query() -> None:
    """An operation that reads its query knows all of it: a misspelt filter must not return everything."""
    known = current_app.extensions["query_names"].get((request.endpoint, request.method), ())
    unknown = [name for name in request.args if name not in known]
    if unknown:
        raise invalid_input({"field": name[:100], "code": UNKNOWN.code, "message": UNKNOWN} for name in unknown[:20])


def _refuse_class(schema: Any) -> None:
    if isinstance(schema, type):
        raise TypeError(f"pass an instance, {schema.__name__}(): a class is built again for each request")


def _read_json(_schema: ma.Schema) -> Any:
    asked: Request = request_ctx.request
    mimetype = asked.environ.get("CONTENT_TYPE")
    if mimetype != "application/json":
        mimetype = asked.mimetype
    if mimetype != "application/json" and not (mimetype.startswith("application/") and mimetype.endswith("+json")):
        if not asked.content_length and "HTTP_TRANSFER_ENCODING" not in asked.environ:
            return {}
        raise ProblemRaised(standard(415, detail="Le corps de la requête doit être du JSON (application/json)."))
    try:
        return orjson.loads(asked.get_data(cache=True))
    except ValueError:
        detail = "Le corps de la requête n’est pas du JSON bien formé."
        raise ProblemRaised(standard(400, "json.malformed", detail)) from None


def _read_query(schema: ma.Schema) -> Any:
    return _proxy(request.args, schema)


def _read_headers(schema: ma.Schema) -> Any:
    return _proxy(request.headers, schema)


def _read_form(schema: ma.Schema) -> Any:
    _check_form("application/x-www-form-urlencoded", "multipart/form-data")
    return _proxy(request.form, schema)


def _read_files(schema: ma.Schema) -> Any:
    _check_form("multipart/form-data")
    return _proxy(request.files, schema)


def _read_multipart(schema: ma.Schema) -> Any:
    _check_form("multipart/form-data")
    together: MultiDict[str, Any] = MultiDict(request.form)
    together.update(request.files)
    return _proxy(together, schema)


def _check_form(*accepted: str) -> None:
    if request.mimetype not in accepted:
        detail = f"Le corps de la requête doit être un formulaire ({accepted[-1]})."
        raise ProblemRaised(standard(415, detail=detail))


def _proxy(values: Any, schema: ma.Schema) -> Any:
    return MultiDictProxy(values, schema, known_multi_fields=MULTI_FIELDS)


_READERS: dict[str, Callable[[ma.Schema], Any]] = {
    "json": _read_json,
    "query": _read_query,
    "headers": _read_headers,
    "form": _read_form,
    "files": _read_files,
    "multipart": _read_multipart,
}


def services() -> Any:
    """Return the service's Bootstrap, which `create_api_app` was given."""
    return current_app.extensions["services"]
