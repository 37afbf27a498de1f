"""What requests and answers look like."""

from __future__ import annotations

from plumbing.http import Schema, fields
from seedling.domain.notes import LONGEST_TEXT


class NoteBody(Schema):
    """A note to write."""

    text = fields.Text(max=LONGEST_TEXT, min=0, required=True)


class NoteOut(Schema):
    """A note that was written."""

    id = fields.Id(required=True)
    author_id = fields.Id(required=True)
    text = fields.Text(max=LONGEST_TEXT, required=True)
    written_at = fields.Instant(required=True)
