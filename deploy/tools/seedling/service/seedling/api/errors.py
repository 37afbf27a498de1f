"""Which answer says which refusal, in the words that people read."""

from __future__ import annotations

from plumbing.http import ErrorTable, Problem
from seedling.domain.notes import EmptyNote

ERRORS = ErrorTable(
    {EmptyNote: Problem(status=422, code="note.empty", title="Note vide", detail="Une note ne peut pas être vide.")}
)
