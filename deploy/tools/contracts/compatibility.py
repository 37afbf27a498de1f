"""What would hurt somebody when a published schema changes under the same name.

Old events stay in the archive and are replayed to new consumers, new events reach old consumers: a version is broken by
either direction. Fields may be added as long as they are optional; anything else is a new version published beside the
old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

JsonSchema = dict[str, Any]


def breaking_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Compare two contract files of one event type; each sentence names a field and what happened to it."""
    found = list(_compare("", old["schema"], new["schema"]))
    kept = new.get("sealed", {})
    for recipient, part in old.get("sealed", {}).items():
        if recipient not in kept:
            found.append(f"sealed.{recipient}: no longer sealed for this service")
        else:
            found += _compare(f"sealed.{recipient}", part["schema"], kept[recipient]["schema"])
    return found


def _compare(path: str, old: JsonSchema, new: JsonSchema) -> Iterator[str]:
    here = path or "the event"
    if _types(old) != _types(new):
        yield f"{here}: was {_words(_types(old))}, is {_words(_types(new))}"
        return
    if old.get("format") != new.get("format"):
        yield f"{here}: was of format {old.get('format')}, is of format {new.get('format')}"
    if old.get("const") != new.get("const"):
        yield f"{here}: was always {old.get('const')}, is {new.get('const')}"
    yield from _compare_choices(here, old, new)
    yield from _compare_fields(path, old, new)
    if "items" in old and "items" in new:
        yield from _compare(f"{path}[]", old["items"], new["items"])


def _compare_choices(here: str, old: JsonSchema, new: JsonSchema) -> Iterator[str]:
    if "enum" in new:
        gone = [value for value in old.get("enum", []) if value not in new["enum"]]
        if gone:
            yield f"{here}: no longer allows {_words(gone)}"
        if "enum" not in old:
            yield f"{here}: allowed anything, now only {_words(new['enum'])}"


def _compare_fields(path: str, old: JsonSchema, new: JsonSchema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, schema in before.items():
        field = f"{path}.{name}" if path else name
        if name not in after:
            yield f"{field}: removed"
        else:
            yield from _compare(field, schema, after[name])
    was_required, is_required = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(is_required - was_required):
        yield f"{path}.{name}: now required, old events lack it".lstrip(".")
    for name in sorted((was_required - is_required) & set(after)):
        yield f"{path}.{name}: no longer required, consumers count on it".lstrip(".")


def _types(schema: JsonSchema) -> list[str]:
    found = schema.get("type", [])
    return sorted([found] if isinstance(found, str) else found)


def _words(values: list[Any]) -> str:
    return ", ".join(map(str, values)) or "anything"
