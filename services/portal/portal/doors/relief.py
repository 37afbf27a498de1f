"""The adviser's door to a signature that no SMS reaches: more codes, another number, or paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.doors.broker import DOOR
from portal.forms import Form

pages = Blueprint("relief", __name__, url_prefix="/courtier/souscriptions")

_KINDS = ("again", "other_mobile", "on_paper")
_RUNNING = frozenset({"open", "code_sent", "blocked"})


@pages.get("/<id:subscription_id>/signature")
def show(subscription_id: str) -> Any:
    """Where the signature stands, and what can be done about it."""
    return _page(subscription_id, _ceremony(subscription_id), Form())


@pages.post("/<id:subscription_id>/signature")
def relieve(subscription_id: str) -> Any:
    """Do it, with the reason that the evidence keeps."""
    form, ceremony = Form.sent(), _ceremony(subscription_id)
    if ceremony is None or not form.require(["kind", "reason"]):
        return _page(subscription_id, ceremony, form)
    body = {
        "kind": form.text("kind"),
        "reason": form.text("reason"),
        "mobile": form.optional("mobile"),
        "vouched_for": form.ticked("vouched_for"),
    }
    try:
        person(DOOR).post("signature", f"ceremonies/{ceremony['id']}/relief", body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal)
        return _page(subscription_id, ceremony, form)
    session["sent"] = True
    return redirect(url_for("relief.show", subscription_id=subscription_id))


def _ceremony(subscription_id: str) -> Any:
    listed = person(DOOR).get("signature", "ceremonies", subject=f"subscription:{subscription_id}")["items"]
    return listed[0] if listed else None


def _page(subscription_id: str, ceremony: Any, form: Form) -> Any:
    blocked = ceremony is not None and ceremony["state"] == "blocked"
    page = render_template(
        "broker/relief.html",
        subscription_id=subscription_id,
        ceremony=ceremony,
        kinds=[kind for kind in _KINDS if blocked or kind != "again"],
        may_act=ceremony is not None and ceremony["state"] in _RUNNING,
        form=form,
        sent=session.pop("sent") if "sent" in session else False,
    )
    return page, form.status
