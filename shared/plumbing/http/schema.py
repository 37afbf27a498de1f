"""The base of every request and answer schema: unknown fields are refused and errors are in French."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import marshmallow as ma
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from plumbing.http.messages import SCHEMA_MESSAGES, speak_french


class _Step(NamedTuple):
    """How one field of a good input is read."""

    key: str
    name: str
    read: Callable[..., Any]
    nullable: bool
    required: bool
    default: Any


class Schema(ma.Schema):
    """A strict schema.

    Build it once, at import, and hand the instance to `Blueprint.arguments` and `Blueprint.response`: building one
    costs more than loading with it.
    """

    error_messages = dict(SCHEMA_MESSAGES)
    # Set on the instance that reads a query, a form or headers: everything there is text, also numbers and flags.
    from_text: bool = False
    _steps: tuple[dict[str, Any], list[_Step] | None] | None = None

    class Meta:
        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        super().on_bind_field(field_name, field_obj)
        speak_french(field_obj)

    def load(self, data: Any, *, many: Any = None, partial: Any = None, unknown: Any = None) -> Any:
        """Load as marshmallow does, but quickly when the input is good.

        The quick way reads field after field and knows nothing but success: at the first doubt (a bad value, a field
        that is not ours, a hook) marshmallow itself takes over, so it alone decides what is refused and why.
        """
        if type(data) is dict and many is None and partial is None and not self.many and self.partial is None:
            steps = self._quick_steps()
            if steps is not None:
                loaded = _quickly(steps, data, self.unknown if unknown is None else unknown)
                if loaded is not None:
                    return loaded
        return super().load(data, many=many, partial=partial, unknown=unknown)

    def _quick_steps(self) -> list[_Step] | None:
        # Nested fields copy a schema and then narrow its fields: the steps belong to one set of fields.
        if self._steps is None or self._steps[0] is not self.load_fields:
            self._steps = (self.load_fields, self._plan())
        return self._steps[1]

    def _plan(self) -> list[_Step] | None:
        if any(self._hooks[hook] for hook in (PRE_LOAD, POST_LOAD, VALIDATES, VALIDATES_SCHEMA)):
            return None
        steps = []
        for name, field in self.load_fields.items():
            target = field.attribute or name
            if "." in target or type(field).deserialize is not ma.fields.Field.deserialize:
                return None
            plain = not (field.validators or field.pre_load or field.post_load)
            read = field._deserialize if plain else field.deserialize  # noqa: SLF001 - what deserialize() ends in
            key = name if field.data_key is None else field.data_key
            steps.append(_Step(key, target, read, field.allow_none, field.required, field.load_default))
        return steps


def _quickly(steps: list[_Step], data: Mapping[str, Any], unknown: str) -> dict[str, Any] | None:
    """Return what a good input loads to, None when anything about it needs a second look."""
    if unknown == ma.INCLUDE:
        return None
    loaded: dict[str, Any] = {}
    seen = 0
    missing = ma.missing
    for key, name, read, nullable, required, default in steps:
        value = data.get(key, missing)
        if value is missing:
            if required:
                return None
            if default is not missing:
                loaded[name] = default() if callable(default) else default
            continue
        seen += 1
        if value is None:
            if not nullable:
                return None
            loaded[name] = None
            continue
        try:
            loaded[name] = read(value, key, data)
        except ma.ValidationError:
            return None
    return loaded if unknown == ma.EXCLUDE or seen == len(data) else None
