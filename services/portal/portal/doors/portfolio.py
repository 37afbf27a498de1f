"""The broker's portfolio: the search, a client's file and its contracts.

What was searched for travels closed in the page's address: a name is personal, and addresses are logged. So the way
back from a file shows the same list, without asking to send a form again.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.doors.broker import DOOR, NEEDS, TAGS, names_of
from portal.forms import Form, carry, uncovered
from portal.pieces import FILE_TAGS

pages = Blueprint("portfolio", __name__, url_prefix="/courtier")

SEARCH = "portfolio"
CLAIM_TAGS = {"submitted": "brand", "accepted": "good", "payment_ordered": "good", "paid": "good", "refused": "bad"}
_CLAIMS = 20
OBJECTS = (("client", _("Client ou prospect")), ("quote", _("Devis")))
# The ten of the guide; only two of them can be ticked.
STATUSES = (
    ("accepted", _("Accepté")),
    ("declined", _("Décliné")),
    ("awaiting_pieces", _("En attente de pièce(s)")),
    ("awaiting_validation", _("En attente de validation")),
    ("expired", _("Expiré")),
    ("incomplete", _("Incomplet")),
    ("proposed", _("Proposé")),
    ("refused", _("Refusé")),
    ("subscribed", _("Souscrit")),
    ("validated", _("Validé")),
)
TICKABLE = ("subscribed", "validated")
_ASKED = ("object", "name", "identifier", *TICKABLE)


@pages.get("/portefeuille")
def search() -> Any:
    asked = uncovered(SEARCH, request.args.get("recherche", "")) or {}
    return _page(Form(values={"object": "client", **asked}), _found(asked) if asked else None)


@pages.post("/portefeuille")
def ask() -> Any:
    form = Form.sent()
    if form.text("object") != "quote":
        form.values["object"] = "client"
        if not form.text("name"):
            text = str(_("Saisissez le début d’un nom, ou «\u00a0%\u00a0» pour tout le portefeuille."))
            form.refuse(text, name=text)
            return _page(form, None)
    asked = {name: form.text(name) for name in _ASKED if form.text(name)}
    return redirect(url_for("portfolio.search", recherche=carry(SEARCH, asked)), 303)


@pages.get("/clients/<id:client_id>")
def client(client_id: str) -> str:
    me = person(DOOR)
    contracts = me.get("quoting", f"portfolio/clients/{client_id}/contracts", cursor=request.args.get("contrats"))
    return render_template(
        "broker/client.html",
        client=me.get("quoting", f"portfolio/clients/{client_id}"),
        quotes=me.get("quoting", f"portfolio/clients/{client_id}/quotes", cursor=request.args.get("devis")),
        contracts=contracts,
        claims=_claims([each["contract_id"] for each in contracts["items"] if each["contract_id"]]),
        claim_tags=CLAIM_TAGS,
        tags=TAGS,
        progress=FILE_TAGS,
    )


@pages.get("/clients/<id:client_id>/consultation")
def identity(client_id: str) -> str:
    found = person(DOOR).get("quoting", f"portfolio/clients/{client_id}")
    return render_template("broker/client_identity.html", client=found)


@pages.get("/clients/<id:client_id>/compte")
def account(client_id: str) -> str:
    me = person(DOOR)
    return render_template(
        "broker/client_account.html",
        client=me.get("quoting", f"portfolio/clients/{client_id}"),
        contracts=me.get("quoting", f"portfolio/clients/{client_id}/contracts"),
        progress=FILE_TAGS,
    )


@pages.get("/contrats/<id:contract_id>")
def contract(contract_id: str) -> str:
    me = person(DOOR)
    found = me.get("quoting", f"portfolio/contracts/{contract_id}")
    product = me.get("quoting", f"products/{found['product_code']}")
    return render_template(
        "broker/contract.html",
        contract=found,
        client=me.get("quoting", f"portfolio/clients/{found['client_id']}"),
        progress=FILE_TAGS,
        needs=NEEDS,
        names=names_of(product),
    )


def _claims(contract_ids: list[str]) -> list[dict[str, Any]] | None:
    """Return the newest claims on these contracts; None while they cannot be read: the rest of the file can."""
    me, found = person(DOOR), []
    for contract_id in contract_ids:
        try:
            found += me.get("claims", f"contracts/{contract_id}/claims", limit=_CLAIMS)["items"]
        except ServiceError as failure:
            if failure.status != 404:  # claims may not have heard of a new contract yet
                return None
    return found


def _found(asked: dict[str, Any]) -> Any:
    me, cursor = person(DOOR), request.args.get("suite")
    if asked.get("object") == "client":
        return me.post("quoting", "portfolio/client-searches", {"name": asked["name"], "cursor": cursor, "limit": 20})
    ticked = {status: "true" for status in TICKABLE if asked.get(status) == "on"}
    return me.get("quoting", "portfolio/quotes", identifier=asked.get("identifier"), cursor=cursor, limit=20, **ticked)


def _page(form: Form, found: Any) -> Any:
    page = render_template(
        "broker/portfolio.html",
        form=form,
        found=found,
        objects=OBJECTS,
        statuses=STATUSES,
        tickable=TICKABLE,
        tags=TAGS,
        asked=request.args.get("recherche"),
    )
    return page, form.status
