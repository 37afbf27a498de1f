"""The broker's door to a subscription: with his client at his side, and the file that he completes for him."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for

from plumbing.http.clients import ServiceError
from portal.backend import person, sign_in
from portal.forms import Form
from portal.pieces import TAGS, send_piece

pages = Blueprint("subscribing", __name__, url_prefix="/courtier/souscriptions")

DOOR = "broker"
_RUNNING = frozenset({"open", "preparing", "in_progress"})


@pages.get("/<id:subscription_id>")
def show(subscription_id: str) -> Any:
    """Where the subscription stands, what is asked for and what came."""
    return _page(subscription_id, Form())


@pages.post("/<id:subscription_id>/accompagnement")
def assist(subscription_id: str) -> Any:
    """Open the client's pages to the broker who attests that his client is with him, and to no other (F-065)."""
    form = Form.sent()
    body = {"subscription_id": subscription_id, "client_present": form.ticked("client_present")}
    try:
        opened = person(DOOR).post("quoting", "assisted-sessions", body)
    except ServiceError as refusal:
        form.take_refusal(refusal)
        return _page(subscription_id, form)
    sign_in("guest", opened, name="", subscription=subscription_id, assisted="on")
    return redirect(url_for("client.home"))


@pages.post("/<id:subscription_id>/pieces")
def send(subscription_id: str) -> Any:
    """Send a piece for the client, who handed it over (F-124, F-142)."""
    form = Form.sent()
    if not send_piece(DOOR, person(DOOR).get("quoting", f"subscriptions/{subscription_id}"), form):
        return _page(subscription_id, form)
    session["sent"] = True
    return redirect(url_for("subscribing.show", subscription_id=subscription_id))


def _page(subscription_id: str, form: Form) -> Any:
    subscription = person(DOOR).get("quoting", f"subscriptions/{subscription_id}")
    page = render_template(
        "broker/subscription.html",
        subscription=subscription,
        stages=subscription["stages"],
        open_stages=True,
        may_assist=subscription["state"] in _RUNNING,
        form=form,
        tags=TAGS,
        sent=session.pop("sent") if "sent" in session else False,
    )
    return page, form.status
