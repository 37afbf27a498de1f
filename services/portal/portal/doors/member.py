"""The member's door: his contract, his claims, how he wants to be told."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from plumbing.clock import paris_date
from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.forms import Form, carried, carry

pages = Blueprint("member", __name__, url_prefix="/adherent")

DOOR = "member"
CARRIED = "claim"
CLAIM_TAGS = {
    "draft": "warn",
    "submitted": "brand",
    "accepted": "good",
    "payment_ordered": "good",
    "paid": "good",
    "refused": "bad",
}
_MOST_FILES = 10
_WAIT_FOR_FILES_SECONDS = 8.0
_LOOK_AGAIN_SECONDS = 0.15
_OF_THE_CLAIM = ("person", "care_date", "description")
_API_FIELDS = {"file": "files", "document_ids": "files", "beneficiary_id": "person", "contract_id": "person"}


@pages.get("/")
def home() -> str:
    me = person(DOOR)
    return render_template(
        "member/home.html",
        contracts=me.get("member", "me/contracts")["items"],
        claims=me.get("claims", "claims", limit=5)["items"],
        tags=CLAIM_TAGS,
    )


@pages.route("/alertes", methods=["GET", "POST"])
def preferences() -> Any:
    me = person(DOOR)
    form, saved = Form(), False
    if request.method == "POST":
        form = Form.sent()
        wanted = {name: form.ticked(name) for name in ("benefits_by_email", "benefits_by_sms")}
        try:
            me.put("member", "me/preferences", wanted, etag=request.form.get("_etag", ""))
            saved = True
        except ServiceError as refusal:
            form.take_refusal(refusal)
    kept, etag = me.get_with_etag("member", "me/preferences")
    if not form.message:
        form.values = {name: "on" for name, wanted in kept.items() if wanted is True}
    return render_template("member/preferences.html", form=form, etag=etag, saved=saved), form.status


@pages.get("/demandes")
def claims() -> str:
    listed = person(DOOR).get("claims", "claims", cursor=request.args.get("suite"), limit=20)
    return render_template("member/claims.html", listed=listed, tags=CLAIM_TAGS)


@pages.route("/demandes/<id:claim_id>", methods=["GET", "POST"])
def claim(claim_id: str) -> Any:
    """A claim; one that was begun and not sent can be sent from here."""
    me = person(DOOR)
    found = me.get("claims", f"claims/{claim_id}")
    form = Form()
    if request.method == "POST" and found["state"] == "draft":
        form = Form.sent()
        if _files_are_there(form) and _send(claim_id, form):
            return redirect(url_for("member.claim", claim_id=claim_id))
    documents = me.get("documents", "documents", subject=f"claim:{claim_id}", limit=20)["items"]
    attached = [document for document in documents if document["id"] in found["document_ids"]]
    return render_template(
        "member/claim.html", claim=found, documents=attached, form=form, tags=CLAIM_TAGS
    ), form.status


@pages.route("/demandes/nouvelle", methods=["GET", "POST"])
def new_claim() -> Any:
    """File a claim with its papers in one page: open it, send each file, submit."""
    contracts = person(DOOR).get("claims", "contracts")["items"]
    people = [
        (f"{contract['contract_id']}|{covered['beneficiary_id']}", f"{covered['first_name']} {covered['last_name']}")
        for contract in contracts
        for covered in contract["beneficiaries"]
    ]
    form = Form()
    begun: dict[str, Any] = {}
    if request.method == "POST":
        form = Form.sent()
        begun = carried(CARRIED) or {}
        _files_are_there(form)
        if form.require(_OF_THE_CLAIM):
            claim_id = _begin(form, begun)
            if claim_id and _send(claim_id, form):
                return redirect(url_for("member.claim", claim_id=claim_id))
    page = render_template(
        "member/new_claim.html",
        form=form,
        people=people,
        today=paris_date(datetime.now(UTC)).isoformat(),
        carried=carry(CARRIED, begun),
    )
    return page, form.status


def _files_are_there(form: Form) -> bool:
    count = len(_files())
    if count == 0:
        form.refuse("Ajoutez au moins un justificatif.", files="Ajoutez au moins un justificatif.")
    elif count > _MOST_FILES:
        text = f"Nombre maximal de fichiers\u00a0: {_MOST_FILES}."
        form.refuse(text, files=text)
    return not form.errors


def _files() -> list[Any]:
    return [file for file in request.files.getlist("files") if file.filename]


def _begin(form: Form, begun: dict[str, Any]) -> str:
    """Open the claim; after a refused file the one already open goes on, when it still says the same."""
    answers = {name: form.text(name) for name in _OF_THE_CLAIM}
    if begun.get("answers") == answers:
        return str(begun["claim_id"])
    contract_id, _bar, beneficiary_id = form.text("person").partition("|")
    body: Mapping[str, Any] = {
        "contract_id": contract_id,
        "beneficiary_id": beneficiary_id,
        "care_date": form.text("care_date"),
        "description": form.text("description"),
    }
    try:
        opened = person(DOOR).post("claims", "claims", body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal, _API_FIELDS)
        return ""
    begun |= {"claim_id": opened["id"], "answers": answers}
    return str(opened["id"])


def _send(claim_id: str, form: Form) -> bool:
    """Store every file and submit the claim with them; False when the form now says what is wrong."""
    try:
        ids = [_store(claim_id, file, form) for file in _files()]
        _submit(claim_id, ids, form)
    except ServiceError as refusal:
        form.take_refusal(refusal, _API_FIELDS)
        return False
    return True


def _store(claim_id: str, file: Any, form: Form) -> str:
    try:
        stored = person(DOOR).upload(
            fields={"kind": "claim.invoice", "subject": f"claim:{claim_id}", "title": file.filename[:200]},
            content=file.read(),
            filename=file.filename,
            media_type=file.mimetype or "application/octet-stream",
            key=form.key,
        )
    except ServiceError as refusal:
        if refusal.errors:
            # With several files chosen, which one it was.
            named = [
                {**entry, "message": f"«\u00a0{file.filename}\u00a0»\u00a0: {entry['message']}"}
                for entry in refusal.errors
            ]
            refusal.errors, refusal.detail = tuple(named), named[0]["message"]
        raise
    return str(stored["id"])


def _submit(claim_id: str, ids: list[str], form: Form) -> None:
    """Submit once claims has heard of every file, which takes it a moment."""
    deadline = time.monotonic() + _WAIT_FOR_FILES_SECONDS
    body = {"document_ids": ids, "message": form.optional("message")}
    while True:
        try:
            person(DOOR).post("claims", f"claims/{claim_id}/submission", body, key=form.key)
        except ServiceError as refusal:
            if refusal.code != "claim.document_unknown" or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return
