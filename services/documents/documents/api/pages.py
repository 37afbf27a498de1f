"""GET /v1/documents/{id}/pages/{number}: one page of a paper that a service made, to be read on any screen."""

from __future__ import annotations

import base64
from typing import Any

from flask.views import MethodView

from documents.adapters.rendering import NoSuchPage, draw_page
from documents.api.documents import EVERYBODY, caller, found
from documents.api.schemas import PageOut
from documents.domain.document import object_key
from documents.usecases.record_reading import record_reading
from plumbing.errors import NotFound
from plumbing.http import Blueprint, actor_key, limited, requires, services, unit_of_work

pages = Blueprint("pages", __name__, description="Pages des documents édités")

_PDF = "application/pdf"
# Drawing a page costs a hundred times what it costs to ask for it; nobody reads two a second for a minute.
_DRAWN = "120/minute"


@pages.route("/documents/<id:document_id>/pages/<int(min=1, max=500):number>")
class Pages(MethodView):
    @requires(*EVERYBODY)
    @limited(_DRAWN, by=actor_key)
    @pages.response(200, PageOut())
    def get(self, document_id: str, number: int) -> dict[str, Any]:
        """Une page, en image et en texte\u00a0; la dernière vaut lecture du document."""
        document = found(document_id)
        if document.media_type != _PDF or not document.owner.startswith("service:"):
            raise NotFound("page", document_id)
        content = b"".join(services().store.read(object_key(document.id), start=0, length=document.size))
        try:
            drawn = draw_page(content, number)
        except NoSuchPage as missing:
            raise NotFound("page", document_id) from missing
        if number == drawn.pages:
            record_reading(
                person=caller(), document_id=document.id, first=0, last=document.size - 1, uow=unit_of_work()
            )
        return {
            "number": drawn.number,
            "pages": drawn.pages,
            "width": drawn.width,
            "height": drawn.height,
            "picture": base64.b64encode(drawn.png).decode(),
            "text": drawn.text,
        }
