"""Notes over HTTP."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.http import (
    Blueprint,
    current_actor,
    cursor_arguments,
    cut_page,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from seedling.adapters import queries
from seedling.api.schemas import NoteBody, NoteOut
from seedling.domain.notes import Note
from seedling.usecases.write_note import write_note

notes = Blueprint("notes", __name__, url_prefix="/v1/notes", description="Notes")


@notes.route("")
class Notes(MethodView):
    @requires("manager")
    @notes.arguments(cursor_arguments, location="query")
    @notes.response(200, page_schema(NoteOut()))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Les notes, de la plus ancienne à la plus récente."""
        after = query["cursor"][0] if query["cursor"] else None
        rows = queries.notes(services().engine, current_actor().tenant, after=after, limit=query["limit"] + 1)
        items, next_cursor = cut_page(rows, query["limit"], lambda row: (row.id,))
        return page_of(items, next_cursor)

    @requires("manager")
    @notes.arguments(NoteBody())
    @notes.response(201, NoteOut())
    @idempotent
    def post(self, body: dict[str, Any]) -> Note:
        """Écrire une note."""
        return write_note(author_id=current_actor().id, text=body["text"], uow=unit_of_work())
