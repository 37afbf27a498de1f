"""Sending a supporting document, as the client does it and as his broker does it for him."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import request

from plumbing.http.clients import ServiceError
from portal.backend import Person, person
from portal.forms import Form

FILE_TAGS = {"awaiting_documents": "warn", "transmitted": "brand", "created": "good"}
TAGS = {"to_provide": "warn", "received": "brand", "accepted": "good", "refused": "bad"}
_WAIT_SECONDS = 4.0
_LOOK_AGAIN_SECONDS = 0.1


def send_piece(door: str, subscription: Mapping[str, Any], form: Form) -> bool:
    """Send the file of the piece named by `piece`; False when the form now says what is wrong."""
    sent, me = request.files.get("file"), person(door)
    piece = next((piece for piece in subscription["pieces"] if piece["code"] == form.text("piece")), None)
    kind, title = (piece["kind"], piece["label"]) if piece else ("piece.other", "Autre pièce")
    if sent is None or not sent.filename:
        form.refuse("Choisissez un fichier.", file="Choisissez un fichier.")
        return False
    try:
        stored = me.upload(
            fields={"kind": kind, "subject": f"subscription:{subscription['id']}", "title": title},
            content=sent.read(),
            filename=sent.filename,
            media_type=sent.mimetype or "application/octet-stream",
            key=form.key,
        )
        if piece:
            # Several people bring the same kind of certificate: the file is told whose this one is.
            body = {"document_id": stored["id"]}
            me.post(
                "quoting", f"subscriptions/{subscription['id']}/pieces/{piece['code']}/announcement", body, key=form.key
            )
    except ServiceError as refusal:
        form.take_refusal(refusal)
        form.errors.setdefault("file", form.message)
        return False
    _await_piece(me, subscription["id"], stored["id"])
    return True


def _await_piece(me: Person, subscription_id: str, document_id: str) -> None:
    """Let the file hear of the document, which takes it a moment, so that the page shows the piece as received."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        pieces = me.get("quoting", f"subscriptions/{subscription_id}")["pieces"]
        if any(piece["document_id"] == document_id for piece in pieces):
            return
        time.sleep(_LOOK_AGAIN_SECONDS)
