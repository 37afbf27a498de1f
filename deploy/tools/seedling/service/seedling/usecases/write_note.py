"""Write a note."""

from __future__ import annotations

from plumbing.ids import new_id
from seedling.domain.notes import Note, write
from seedling.usecases.ports import Uow


def write_note(*, author_id: str, text: str, uow: Uow) -> Note:
    """Keep a note and tell that it was written; EmptyNote when there is nothing in it."""
    with uow() as work:
        note = write(note_id=new_id(), author_id=author_id, text=text, at=work.now)
        work.notes.add(note)
        work.publish("seedling.note.written.v1", subject=note.id, data={"note_id": note.id, "author_id": author_id})
        work.commit()
    return note
