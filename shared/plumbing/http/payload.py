"""JSON in and out, by orjson: strict reading, and amounts written as text so that nobody gets a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def dumps(value: Any) -> bytes:
    """Write a value as JSON; Decimal as text, instants with Z, enums and dates as usual."""
    return orjson.dumps(value, default=_other, option=OPTIONS)


def canonical(value: Any) -> bytes:
    """Write a value so that equal values give equal bytes: keys in order."""
    return orjson.dumps(value, default=_other, option=OPTIONS | orjson.OPT_SORT_KEYS)


def loads(text: bytes | str) -> Any:
    """Read JSON; ValueError for anything RFC 8259 does not allow (NaN, lone surrogates), or nested too deeply."""
    return orjson.loads(text)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a value that is ready to be written: the way out of hot views, which skip the schema's dump."""
    return Response(dumps(value), status, headers, content_type="application/json")


class OrjsonProvider(JSONProvider):
    """Flask's own `jsonify` and `request.json` through the same two functions."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return json_response(self._prepare_response_obj(args, kwargs))


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
