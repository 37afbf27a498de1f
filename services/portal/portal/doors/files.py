"""Files, streamed from the documents service with the person's own token."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, Response, abort, request

from plumbing.http.clients import Download
from portal.backend import DOORS, person

pages = Blueprint("files", __name__)

_ASKED = ("Range", "If-None-Match")
_PASSED_ON = ("Content-Type", "Content-Length", "Content-Disposition", "ETag", "Content-Range", "Accept-Ranges")
# A document may be shown by a page of ours, and may itself run and load nothing.
_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@pages.get("/documents/<door>/<id:document_id>")
def read(door: str, document_id: str) -> Any:
    """Stream a document's content; `?voir=1` asks for it to be shown rather than saved."""
    if door not in DOORS:
        abort(404)
    asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
    inline = "?inline=1" if request.args.get("voir") else ""
    return streamed(person(door).download(f"documents/{document_id}/content{inline}", asked))


def streamed(opened: AbstractContextManager[Download]) -> Response:
    """Answer with a download as it comes in; whoever goes away ends it at its source too."""
    content = opened.__enter__()
    headers = {name: content.headers[name] for name in _PASSED_ON if name in content.headers}
    response = Response(iter(content), status=content.status, headers=headers)
    response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
    response.call_on_close(lambda: opened.__exit__(None, None, None))
    return response
