"""CloudEvents 1.0, structured JSON: what every message on the bus looks like.

The clear part (`data`) holds ids, codes, dates and amounts. What is personal or secret travels in `data.sealed`, one
compact JWE per recipient service. In the tables the two are kept apart, so that the sealed part can be blanked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
# With the most characters that the tables keep of each: whoever sends more would end the consumer that stores it.
_REQUIRED_TEXTS = {"id": 80, "source": 80, "type": 120, "subject": 80, "time": 40, "tenant": 40}
_LARGEST_SEQUENCE = 2**63 - 1


class Malformed(Exception):
    """The bytes are not one of our events; the message says why, and nothing of the content."""


@dataclass(frozen=True)
class Envelope:
    """One event without its sealed part. `sequence` counts the events of its subject, from 1."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    tenant: str
    sequence: int
    correlation_id: str
    causation_id: str
    traceparent: str | None
    data: dict[str, Any]

    def to_json(self) -> str:
        """Return the structured CloudEvent without sealed part."""
        return f"{self.before_sequence()}{self.sequence}}}"

    def before_sequence(self) -> str:
        """Return the structured CloudEvent up to its number: that and a brace are for the database to add."""
        document: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": instant_text(self.time),
            "datacontenttype": "application/json",
            "dataschema": f"urn:parapluie:events:{self.type}",
            "tenant": self.tenant,
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
        }
        if self.traceparent is not None:
            document["traceparent"] = self.traceparent
        document["data"] = self.data
        return f'{orjson.dumps(document)[:-1].decode()},"sequence":'


def instant_text(instant: datetime) -> str:
    """Return an instant as RFC 3339 text in UTC, with microseconds and Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def on_the_wire(envelope_json: str, sealed_json: str | None, sealed_until: datetime | None) -> bytes:
    """Join the stored clear and sealed parts into the bytes that are published.

    A sealed part whose life was over is gone, but its end still travels: the hearer then knows that nothing is missing.
    """
    if sealed_json is None and sealed_until is None:
        return envelope_json.encode()
    document = orjson.loads(envelope_json)
    if sealed_json is not None:
        document["data"]["sealed"] = orjson.loads(sealed_json)
    if sealed_until is not None:
        document["sealeduntil"] = instant_text(sealed_until)
    return orjson.dumps(document)


@dataclass(frozen=True)
class Received:
    """A message taken apart: its envelope, the sealed texts by recipient, and the fingerprint of the clear part."""

    envelope: Envelope
    sealed: dict[str, str]
    sealed_until: datetime | None
    sha256: str
    clear_json: str

    @property
    def sealed_json(self) -> str | None:
        return orjson.dumps(self.sealed).decode() if self.sealed else None


def parse(body: bytes) -> Received:
    """Take a published message apart; Malformed when it is not a well-formed event."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("not JSON") from None
    if not isinstance(document, dict) or document.get("specversion") != "1.0":
        raise Malformed("not a CloudEvent 1.0")
    _check_texts(document)
    data = document.get("data")
    if not isinstance(data, dict):
        raise Malformed("data is not an object")
    sealed = data.pop("sealed", {})
    if not isinstance(sealed, dict) or not all(isinstance(text, str) for text in sealed.values()):
        raise Malformed("sealed is not a map of texts")
    sealed_until = document.pop("sealeduntil", None)
    clear = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return Received(
        envelope=_envelope(document, data),
        sealed=sealed,
        sealed_until=None if sealed_until is None else _instant(sealed_until),
        sha256=hashlib.sha256(clear).hexdigest(),
        clear_json=clear.decode(),
    )


def _check_texts(document: dict[str, Any]) -> None:
    for name, longest in _REQUIRED_TEXTS.items():
        value = document.get(name)
        if not isinstance(value, str) or not value:
            raise Malformed(f"{name} is missing or not a text")
        if len(value) > longest or not value.isprintable():  # PostgreSQL keeps no NUL
            raise Malformed(f"{name} is longer than {longest} characters or not printable")


def _envelope(document: dict[str, Any], data: dict[str, Any]) -> Envelope:
    sequence = document.get("sequence", 0)
    if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 <= sequence <= _LARGEST_SEQUENCE:
        raise Malformed("sequence is not a number of ours")
    traceparent = document.get("traceparent")
    return Envelope(
        id=document["id"],
        source=document["source"],
        type=document["type"],
        subject=document["subject"],
        time=_instant(document["time"]),
        tenant=document["tenant"],
        sequence=sequence,
        correlation_id=str(document.get("correlationid", document["id"])),
        causation_id=str(document.get("causationid", document["id"])),
        traceparent=traceparent if isinstance(traceparent, str) else None,
        data=data,
    )


def _instant(text: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise Malformed("time has no zone")
        return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Malformed("time is not RFC 3339") from None
