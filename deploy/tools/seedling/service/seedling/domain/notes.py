"""A note: a text that somebody wrote, which never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST_TEXT = 200


class EmptyNote(Exception):
    """A note says something or it is none."""


@dataclass
class Note:
    """One note; `tenant` is filled in by the unit of work."""

    id: str
    author_id: str
    text: str
    written_at: datetime
    tenant: str = ""


def write(*, note_id: str, author_id: str, text: str, at: datetime) -> Note:
    """Return a new note; EmptyNote when there is nothing in it."""
    if not text.strip():
        raise EmptyNote
    return Note(id=note_id, author_id=author_id, text=text.strip(), written_at=at)
