"""The manager's door: files to turn into memberships, claims to decide and pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.doors.portfolio import CLAIM_TAGS
from portal.formats import typed_amount
from portal.forms import Form
from portal.pieces import FILE_TAGS, TAGS

pages = Blueprint("manager", __name__, url_prefix="/gestion")

DOOR = "manager"
BY_HAND = ("piece.signed_application", "piece.signed_mandate")
_LINE = ("act", "care_date", "expense", "base", "scheme_rate", "optam", "other_insurers")
_SHOWN = 50


@pages.get("/")
def home() -> str:
    """What awaits the managers, the oldest first in each queue."""
    me = person(DOOR)
    return render_template(
        "manager/home.html",
        files=me.get("quoting", "files", status="transmitted", limit=_SHOWN)["items"],
        claims=me.get("claims", "claims", status="submitted", limit=_SHOWN)["items"],
        to_pay=me.get("claims", "claims", status="accepted", limit=_SHOWN)["items"],
        file_tags=FILE_TAGS,
        tags=CLAIM_TAGS,
    )


@pages.get("/dossiers/<id:file_id>")
def file(file_id: str) -> Any:
    return _file_page(file_id, Form())


def _file_page(file_id: str, form: Form, chosen: str = "") -> Any:
    me = person(DOOR)
    found = me.get("quoting", f"files/{file_id}")
    papers = me.get("quoting", f"subscriptions/{found['subscription_id']}")["sealed_papers"]
    page = render_template(
        "manager/file.html",
        file=found,
        papers=papers,
        form=form,
        chosen=chosen,
        by_hand=BY_HAND,
        tags=FILE_TAGS,
        piece_tags=TAGS,
    )
    return page, form.status


@pages.post("/dossiers/<id:file_id>/pieces/<id:document_id>")
def decide_piece(file_id: str, document_id: str) -> Any:
    form = Form.sent()
    outcome = form.text("outcome")
    body = {
        "outcome": outcome,
        "reason": form.optional("reason") if outcome == "refused" else None,
        "seen": form.text("seen") or "received",
        "signed_on": form.optional("signed_on"),
    }
    return _act_on_file(file_id, f"files/{file_id}/pieces/{document_id}/decision", body, form, document_id)


@pages.post("/dossiers/<id:file_id>/courrier/<code>")
def receive_paper(file_id: str, code: str) -> Any:
    """A piece came by post: the manager who has it in his hands records it and judges it."""
    form = Form.sent()
    outcome = form.text("outcome")
    body = {
        "received_on": form.optional("received_on"),
        "outcome": outcome,
        "reason": form.optional("reason") if outcome == "refused" else None,
        "signed_on": form.optional("signed_on"),
    }
    return _act_on_file(file_id, f"files/{file_id}/pieces/{code}/receipt", body, form, code)


@pages.post("/dossiers/<id:file_id>/correction/<code>")
def correct_verdict(file_id: str, code: str) -> Any:
    """The verdict on a piece that came by post was wrong: there is no document to decide on again."""
    form = Form.sent()
    body = {
        "outcome": form.text("outcome"),
        "reason": form.optional("reason"),
        "seen": form.text("seen"),
        "signed_on": form.optional("signed_on"),
    }
    return _act_on_file(file_id, f"files/{file_id}/pieces/{code}/correction", body, form, code)


@pages.get("/dossiers")
def find_file() -> Any:
    """Find a file by the number on its papers, one that is not transmitted yet too; a number goes to its newest."""
    number = request.args.get("numero", "").strip().upper()
    found = person(DOOR).get("quoting", "files", number=number)["items"] if number else []
    if found:
        return redirect(url_for("manager.file", file_id=found[-1]["id"]))
    return render_template("manager/find.html", number=number)


@pages.post("/dossiers/<id:file_id>/adhesion")
def create_membership(file_id: str) -> Any:
    return _act_on_file(file_id, f"files/{file_id}/creation", {}, Form.sent())


def _act_on_file(file_id: str, path: str, body: Mapping[str, Any], form: Form, chosen: str = "") -> Any:
    """`chosen` is the piece acted on, by its document or by its code: what is wrong is said beside it."""
    try:
        person(DOOR).post("quoting", path, body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal)
        return _file_page(file_id, form, chosen)
    return redirect(url_for("manager.file", file_id=file_id))


@pages.get("/demandes/<id:claim_id>")
def claim(claim_id: str) -> Any:
    return _claim_page(claim_id, Form())


def _claim_page(claim_id: str, form: Form) -> Any:
    me = person(DOOR)
    found = me.get("claims", f"claims/{claim_id}")
    acts = me.get("claims", "acts")["items"] if found["state"] == "submitted" else []
    documents = me.get("documents", "documents", subject=f"claim:{claim_id}", limit=20)["items"]
    page = render_template(
        "manager/claim.html", claim=found, acts=acts, documents=documents, form=form, tags=CLAIM_TAGS
    )
    return page, form.status


@pages.post("/demandes/<id:claim_id>/decision")
def decide_claim(claim_id: str) -> Any:
    form = Form.sent()
    if form.text("outcome") == "accepted":
        if not form.require(["act", "care_date", "expense"]):
            return _claim_page(claim_id, form)
        body: dict[str, Any] = {"outcome": "accepted", "reason": None, "lines": [_line(form)]}
    else:
        body = {"outcome": "refused", "reason": form.optional("reason"), "lines": []}
    return _act_on_claim(claim_id, "decision", body, form)


def _line(form: Form) -> dict[str, Any]:
    return {
        "act": form.text("act"),
        "care_date": form.text("care_date"),
        "expense": typed_amount(form.text("expense")),
        "base": typed_amount(form.text("base")) or None,
        "scheme_rate": form.text("scheme_rate").rstrip(" %\u00a0").replace(",", ".") or None,
        "optam": {"yes": True, "no": False}.get(form.text("optam")),
        "other_insurers": typed_amount(form.text("other_insurers")) or "0.00",
    }


@pages.post("/demandes/<id:claim_id>/reglement")
def pay_claim(claim_id: str) -> Any:
    return _act_on_claim(claim_id, "payment", {}, Form.sent())


def _act_on_claim(claim_id: str, act: str, body: Mapping[str, Any], form: Form) -> Any:
    try:
        person(DOOR).post("claims", f"claims/{claim_id}/{act}", body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal, {f"lines.0.{name}": name for name in _LINE})
        return _claim_page(claim_id, form)
    return redirect(url_for("manager.claim", claim_id=claim_id))
