"""What may be written in a note."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seedling.domain.notes import EmptyNote, write

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_a_note_keeps_its_words_and_its_time() -> None:
    note = write(note_id="n", author_id="a", text=" Rappeler demain. ", at=NOON)
    assert (note.text, note.written_at) == ("Rappeler demain.", NOON)


def test_an_empty_note_is_none() -> None:
    with pytest.raises(EmptyNote):
        write(note_id="n", author_id="a", text="  ", at=NOON)
