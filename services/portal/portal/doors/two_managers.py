"""What two managers do together: evidence handed out, sealing begun again, purge, legal hold."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.doors.manager import DOOR
from portal.forms import Form

pages = Blueprint("two_managers", __name__, url_prefix="/gestion/preuves")

_SHOWN = 50
_HOLD = "hold"


@pages.get("")
def requests() -> Any:
    return _page(Form())


@pages.post("")
def ask() -> Any:
    """Ask for an act on the ceremony of a reference; keeping it for a dispute needs nobody else."""
    form = Form.sent()
    if not form.require(["reference", "act", "reason"]):
        return _page(form)
    body = {"reference": form.text("reference").upper(), "reason": form.text("reason")}
    try:
        if form.text("act") == _HOLD:
            person(DOOR).post("signature", "legal-holds", body, key=form.key)
        else:
            person(DOOR).post("signature", "act-requests", {**body, "act": form.text("act")}, key=form.key)
    except ServiceError as refusal:
        if refusal.status == 404:
            form.refuse(gettext("Aucune signature ne porte cette référence."))
        else:
            form.take_refusal(refusal)
        return _page(form)
    return redirect(url_for("two_managers.requests"))


@pages.post("/<id:request_id>")
def decide(request_id: str) -> Any:
    form = Form.sent()
    body = {"approved": form.text("decision") == "approved"}
    try:
        person(DOOR).post("signature", f"act-requests/{request_id}/decision", body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal)
        return _page(form)
    return redirect(url_for("two_managers.requests"))


def _page(form: Form) -> Any:
    asked = person(DOOR).get("signature", "act-requests", limit=_SHOWN)["items"]
    acts = [
        ("export", gettext("Remise du dossier de preuve")),
        ("reseal", gettext("Reprise du scellement")),
        ("purge", gettext("Purge")),
        (_HOLD, gettext("Conservation pour litige (sans second gestionnaire)")),
        ("lift_hold", gettext("Levée de la conservation pour litige")),
    ]
    return render_template("manager/two_managers.html", asked=asked, acts=acts, form=form), form.status
