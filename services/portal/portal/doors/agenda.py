"""The broker's home page: what happened to his quotes and contracts, filtered, closed, opened again, exported.

What is searched for travels closed in the page's address, as in the portfolio: it may be a client's name.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.doors.broker import DOOR
from portal.doors.files import streamed
from portal.forms import carry, uncovered

pages = Blueprint("agenda", __name__, url_prefix="/courtier")

LONGEST_FILTER = 100
SEARCH = "agenda"
_SHEETS = ("csv", "xlsx")


@pages.get("/")
def home() -> Any:
    return _agenda_page()


@pages.post("/agenda")
def ask() -> Any:
    """Filter: the text goes on closed in the address of the page that shows it."""
    text = request.form.get("texte", "").strip()[:LONGEST_FILTER]
    given: dict[str, Any] = {
        "recherche": carry(SEARCH, {"text": text}) if text and text.isprintable() else "",
        "clotures": "1" if request.form.get("clotures") else "",
        **{name: request.form.get(name, "") for name in ("client", "devis")},
    }
    return redirect(url_for("agenda.home", **{name: value for name, value in given.items() if value}), 303)


@pages.post("/agenda/<id:event_id>")
def close(event_id: str) -> Any:
    """Close an event, or open it again, as it stood in the page that was clicked."""
    asked = re.fullmatch(r"(clore|rouvrir) ([0-9]{1,9})", request.form.get("_act", ""))
    if asked is None:
        abort(400)
    try:
        person(DOOR).put("quoting", f"agenda/{event_id}", {"closed": asked[1] == "clore"}, etag=f'"{asked[2]}"')
    except ServiceError as refusal:
        if refusal.status != 412:
            raise
        return _agenda_page(_("Cet événement a changé entre-temps\u00a0: la liste ci-dessous est à jour."), 412)
    return redirect(url_for("agenda.home", **_filter()), 303)


@pages.get("/agenda/export.<sheet>")
def export(sheet: str) -> Any:
    """The agenda as it is filtered, in whole."""
    if sheet not in _SHEETS:
        abort(404)
    body = {**_question(), "format": sheet}
    return streamed(person(DOOR).download("agenda/exports", {}, service="quoting", body=body))


@pages.get("/devis-non-transformes.<sheet>")
def untransformed_quotes(sheet: str) -> Any:
    """Every quote that is no contract, whatever the filter."""
    if sheet not in _SHEETS:
        abort(404)
    return streamed(person(DOOR).download("agenda/untransformed-quotes", {}, service="quoting", format=sheet))


def _agenda_page(message: str = "", status: int = 200) -> Any:
    wanted, question = _filter(), _question()
    listed = person(DOOR).post("quoting", "agenda/searches", {**question, "cursor": request.args.get("suite")})
    page = render_template(
        "broker/agenda.html",
        listed=listed,
        seller=_seller(),
        wanted=wanted,
        text=question["text"],
        message=message,
        longest=LONGEST_FILTER,
        is_first_page=not request.args.get("suite"),
    )
    return page, status


def _seller() -> Any:
    """Return whose space this is; None while it cannot be read: the agenda can."""
    try:
        return person(DOOR).get("member", "me")
    except ServiceError:
        return None


def _filter() -> dict[str, Any]:
    """Return the filter as the page's address writes it; only what differs from the home page as it opens."""
    given = {name: request.args.get(name, "") for name in ("recherche", "clotures", "client", "devis")}
    return {name: value for name, value in given.items() if value}


def _question() -> dict[str, Any]:
    """Return the filter as the API asks for it; a search of another session or of hours ago is none."""
    wanted = _filter()
    return {
        "text": (uncovered(SEARCH, wanted.get("recherche", "")) or {}).get("text", ""),
        "closed": "clotures" in wanted,
        "client_id": wanted.get("client"),
        "quote_id": wanted.get("devis"),
    }
