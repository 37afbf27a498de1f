"""The events that documents publishes."""

from __future__ import annotations

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema

EVENTS = EventRegistry("documents")

_DOCUMENT = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d01"
_SUBSCRIPTION = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1b02"


class DocumentStored(Schema):
    """A file was checked and kept. `owner` is who sent it, `sha256` that of the bytes that are kept."""

    document_id = fields.Id(required=True)
    subject = fields.Text(max=100, required=True)
    owner = fields.Text(max=100, required=True)
    media_type = fields.Text(max=100, required=True)
    size = fields.Integer(minimum=1, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)


class KindSent(Schema):
    """What a person sent: closed, because a card of disability or a sick note tells of health. None for other files."""

    kind = fields.Text(max=100, required=True, allow_none=True)


class DocumentRead(Schema):
    """Somebody downloads a document."""

    document_id = fields.Id(required=True)
    reader = fields.Text(max=100, required=True)


EVENTS.declare(
    "documents.document.stored.v1",
    data=DocumentStored(),
    summary="A file was checked and is kept; quoting and claims tell by its subject whether it is theirs.",
    example={
        "document_id": _DOCUMENT,
        "subject": f"subscription:{_SUBSCRIPTION}",
        "owner": f"guest:{_SUBSCRIPTION}",
        "media_type": "image/jpeg",
        "size": 482_113,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    sealed={"quoting": KindSent()},
    sealed_example={"quoting": {"kind": "piece.identity"}},
    heard_by=("quoting", "claims"),
)
EVENTS.declare(
    "documents.document.read.v1",
    data=DocumentRead(),
    summary="Somebody downloads a document, whole or in part.",
    example={"document_id": _DOCUMENT, "reader": "broker:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c03"},
    audience="optional",
)
