"""The events that this service publishes."""

from __future__ import annotations

from plumbing.events import EventRegistry
from plumbing.http import Schema, fields

EVENTS = EventRegistry("seedling")


class NoteWritten(Schema):
    """Somebody wrote a note."""

    note_id = fields.Id(required=True)
    author_id = fields.Id(required=True)


EVENTS.declare(
    "seedling.note.written.v1",
    data=NoteWritten(),
    # Required as soon as a service counts on hearing it.
    audience="optional",
    summary="Somebody wrote a note",
    example={"note_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a01", "author_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02"},
)
