"""Where the domain's objects are kept."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seedling.domain.notes import Note


class NoteRepository:
    """The notes of one tenant; the session sees to the tenant."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, note: Note) -> None:
        """Keep a new note."""
        self._session.add(note)
