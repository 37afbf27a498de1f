"""marshmallow -> JSON Schema 2020-12, through apispec's converter (OpenAPI 3.1 speaks that dialect)."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

JsonSchema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

AMOUNT_PATTERN = r"^-?\d+\.\d{2}$"


def json_schema(schema: Schema) -> JsonSchema:
    """The JSON Schema of a marshmallow schema, nested ones written out in place.

    It stays open to fields it does not name: the publisher may add some without a new version, and whoever reads an
    event must leave aside what it does not know.
    """
    plugin = MarshmallowPlugin(schema_name_resolver=_in_place)
    APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    converter: Any = plugin.converter
    converter.add_attribute_function(_decimal_as_text)
    converted: JsonSchema = _open(converter.schema2jsonschema(schema))
    return converted


def _in_place(_schema: type[Schema]) -> Any:
    # No name for a nested schema: apispec then writes it out instead of referring to it.
    return None


def _decimal_as_text(_converter: Any, field: fields.Field[Any], **_: Any) -> JsonSchema:
    if not isinstance(field, fields.Decimal) or not field.as_string:
        return {}
    kind: Any = ["string", "null"] if field.allow_none else "string"
    two_places = field.places is not None and field.places.as_tuple().exponent == -len("00")
    return {"type": kind, "pattern": AMOUNT_PATTERN} if two_places else {"type": kind}


def _open(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _open(value) for key, value in node.items() if key != "additionalProperties" or value is not False}
    if isinstance(node, list):
        return [_open(value) for value in node]
    return node
