"""The contract file of one event: a JSON Schema of the whole CloudEvent, a golden example, and the sealed parts."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from deploy.tools.contracts.declared import Published
from deploy.tools.contracts.json_schemas import DIALECT, JsonSchema, json_schema
from plumbing.envelope import instant_text

GOLDEN_TIME = "2026-11-02T09:30:00.000000Z"
GOLDEN_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
GOLDEN_TENANT = "rives"
_GOLDEN_MILLISECONDS = 1_793_611_800_000  # GOLDEN_TIME, for the ids' time part

_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_INSTANT = {"type": "string", "format": "date-time"}
_COMPACT_JWE = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$",
    "description": "Compact JWE, ECDH-ES+A256KW on X25519, A256GCM: the recipient service alone can open it.",
}


def event_contract(event: Published) -> dict[str, Any]:
    """The content of contracts/events/<type>.json."""
    declaration = event.declaration
    contract: dict[str, Any] = {
        "type": event.type,
        "summary": declaration.summary,
        "publisher": event.service,
        "audience": str(declaration.audience),
        "heard_by": sorted(declaration.heard_by),
        "schema": event_schema(event),
        "golden": golden(event),
    }
    if declaration.sealed:
        contract["sealed"] = {
            recipient: {"schema": json_schema(schema), "example": _sealed_example(event, recipient)}
            for recipient, schema in sorted(declaration.sealed.items())
        }
    if declaration.sealed_ttl is not None:
        contract["sealed_lifetime_seconds"] = int(declaration.sealed_ttl.total_seconds())
    return contract


def event_schema(event: Published) -> JsonSchema:
    """JSON Schema of the structured CloudEvent as it is on the wire."""
    data = json_schema(event.declaration.data)
    data.setdefault("properties", {})
    if event.declaration.sealed:
        recipients = dict.fromkeys(sorted(event.declaration.sealed), _COMPACT_JWE)
        # Not required: an erased or expired event keeps its clear part alone.
        data["properties"]["sealed"] = {"type": "object", "properties": recipients}
    properties: JsonSchema = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"const": f"/parapluie/{event.service}"},
        "type": {"const": event.type},
        "subject": _TEXT,
        "time": _INSTANT,
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": f"urn:parapluie:events:{event.type}"},
        "tenant": _TEXT,
        "sequence": {"type": "integer", "minimum": 1},
        "correlationid": _TEXT,
        "causationid": _TEXT,
        "traceparent": {"type": "string", "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
        "data": data,
    }
    if event.declaration.sealed_ttl is not None:
        properties["sealeduntil"] = _INSTANT
    return {
        "$schema": DIALECT,
        "$id": f"urn:parapluie:events:{event.type}",
        "title": event.type,
        "description": event.declaration.summary,
        "type": "object",
        "properties": properties,
        "required": sorted(set(properties) - {"traceparent", "sealeduntil"}),
    }


def golden(event: Published) -> dict[str, Any]:
    """One event as it could be read on the wire; everything that differs between runs is fixed."""
    data = wire(event.declaration.clear_part(event.declaration.example))
    if event.declaration.sealed:
        data["sealed"] = {name: _placeholder_jwe(event.type, name) for name in sorted(event.declaration.sealed)}
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": golden_id(event.type),
        "source": f"/parapluie/{event.service}",
        "type": event.type,
        "subject": golden_id(event.type, "subject"),
        "time": GOLDEN_TIME,
        "datacontenttype": "application/json",
        "dataschema": f"urn:parapluie:events:{event.type}",
        "tenant": GOLDEN_TENANT,
        "sequence": 1,
        "correlationid": golden_id(event.type, "correlation"),
        "causationid": golden_id(event.type, "causation"),
        "traceparent": GOLDEN_TRACE,
        "data": data,
    }
    if event.declaration.sealed_ttl is not None:
        until = datetime.fromisoformat(GOLDEN_TIME) + event.declaration.sealed_ttl
        document["sealeduntil"] = instant_text(until)
    return document


def golden_id(*words: str) -> str:
    """A UUIDv7 that depends on the words alone."""
    drawn = int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:10])
    value = _GOLDEN_MILLISECONDS << 80 | 0x7 << 76 | (drawn & 0xFFF) << 64 | 0b10 << 62 | drawn >> 18
    return str(uuid.UUID(int=value))


def wire(part: dict[str, Any]) -> dict[str, Any]:
    """A dumped part as JSON would carry it."""
    carried: dict[str, Any] = json.loads(json.dumps(part))
    return carried


def _sealed_example(event: Published, recipient: str) -> dict[str, Any]:
    parts = event.declaration.sealed_parts(event.declaration.sealed_example)
    return wire(parts[recipient])


def _placeholder_jwe(*words: str) -> str:
    # A real one differs each time it is made; this one has the form, and nothing inside.
    header = json.dumps({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}, separators=(",", ":"))
    filling = hashlib.sha256("/".join(words).encode()).digest()
    parts = (header.encode(), filling + filling[:8], filling[:12], filling, filling[:16])
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
