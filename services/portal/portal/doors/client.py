"""The client's door: whoever followed the link of his quote subscribes, reads, signs and sends his papers.

Nothing he types is stored before « Signer le contrat »: the earlier steps travel in an encrypted hidden field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.forms import Form, carried, carry
from portal.pieces import TAGS, send_piece

pages = Blueprint("client", __name__, url_prefix="/souscription")

DOOR = "guest"
CARRIED = "subscription"
STEPS = (_("Données personnelles"), _("Informations contractuelles"), _("Informations de paiement"), _("Confirmation"))
_ENDED = frozenset({"refused", "failed", "expired"})
_LAPSED = _("Votre saisie date de plus de deux heures\u00a0: reprenez à la première étape.")
_IDENTITY = ("civility", "last_name", "birth_name", "first_name", "birth_date", "address", "address_extra")
_PLACE = ("postcode", "town", "country", "email")
_OF_THE_PAYMENT = frozenset({"iban", "account_holder", "debit_day", "benefit_iban", "signature_mode"})
_OF_THE_DOCUMENTS = frozenset({"documents_read", "documents_acknowledged"})


def _subscription_id() -> str:
    return str(person(DOOR).who["subscription"])


def _subscription() -> Any:
    return person(DOOR).get("quoting", f"subscriptions/{_subscription_id()}")


def _ceremony() -> Any:
    listed = person(DOOR).get("signature", "ceremonies", subject=f"subscription:{_subscription_id()}")["items"]
    return listed[0] if listed else None


@pages.get("/")
def home() -> Any:
    """Go where the subscription stands."""
    state = _subscription()["state"]
    return redirect(url_for("client.subscribe" if state == "open" else "client.sign"))


@pages.route("/adhesion", methods=["GET", "POST"])
def subscribe() -> Any:
    """The three screens of entries. Each looks at the ones before it again, so that none can be left out."""
    subscription = _subscription()
    if subscription["state"] != "open":
        return redirect(url_for("client.sign"))
    if request.method == "GET":
        return _page(0, "client/person.html", subscription, Form(values=_prefilled(subscription)))
    form = Form.sent()
    earlier = carried(_of(subscription))
    if earlier is None:
        form.refuse(str(_LAPSED))
        return _page(0, "client/person.html", subscription, form)
    form.values = {**earlier, **form.values}
    return _step(subscription, form, request.form.get("_step", ""))


def _step(subscription: Mapping[str, Any], form: Form, step: str) -> Any:
    if step not in {"documents", "payment", "submit"} or not form.require(_required(subscription)):
        return _page(0, "client/person.html", subscription, form)
    if step == "documents" or not _has_read(form):
        return _page(1, "client/documents.html", subscription, form)
    if step == "payment" or not form.require(["iban", "account_holder", "debit_day", "signature_mode"]):
        return _page(2, "client/payment.html", subscription, form)
    return _submit(subscription, form)


def _prefilled(subscription: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in subscription["identity"].items() if value is not None}


def relatives_of(subscription: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return whom the quote covers beside the client: role, and birth date where the quote knows it."""
    expected = subscription["expected"]
    born = expected["spouse_birth_date"]
    spouse = [{"role": "spouse", "birth_date": born}] if born else []
    return spouse + [{"role": "child", "birth_date": None} for _number in range(expected["children"])]


def stages_at(subscription: Mapping[str, Any], current: int) -> list[dict[str, Any]]:
    """Return the six stages while the screens of the first three are filled in, of which nothing is stored."""

    def state(number: int) -> str:
        return "current" if number == current else "done" if number < current else "to_come"

    return [{**stage, "state": state(stage["number"])} for stage in subscription["stages"]]


def _required(subscription: Mapping[str, Any]) -> list[str]:
    names = ["civility", "last_name", "first_name", "birth_date", "nir", "address", "postcode", "town"]
    names += ["email", "mobile"]
    for number, relative in enumerate(relatives_of(subscription)):
        names += [f"{name}_{number}" for name in ("first_name", "last_name")]
        child = relative["role"] == "child"
        names += [f"{name}_{number}" for name in (("birth_date",) if child else ("civility", "tie", "nir"))]
    return names + (["tns_declared"] if subscription["tns_required"] else [])


def _has_read(form: Form) -> bool:
    if not form.ticked("documents_acknowledged"):
        text = "Confirmez que vous avez pris connaissance des documents."
        form.refuse(text, documents_acknowledged=text)
    return not form.errors


def _of(subscription: Mapping[str, Any]) -> str:
    """What is carried belongs to one subscription: a broker beside his client may have two open in two tabs."""
    return f"{CARRIED}:{subscription['id']}"


def _page(step: int, template: str, subscription: Mapping[str, Any], form: Form) -> Any:
    page = render_template(
        template,
        subscription=subscription,
        relatives=relatives_of(subscription),
        form=form,
        steps=STEPS,
        step=step,
        stages=stages_at(subscription, step + 1),
        carried=carry(_of(subscription), form.values),
    )
    return page, form.status


def _submit(subscription: Mapping[str, Any], form: Form) -> Any:
    day = form.text("debit_day")
    body = {
        "identity": {name: form.optional(name) for name in (*_IDENTITY, *_PLACE)},
        "nir": form.text("nir"),
        "tns_declared": form.ticked("tns_declared"),
        "mobile": form.text("mobile"),
        "iban": form.text("iban"),
        "account_holder": form.text("account_holder"),
        "debit_day": int(day) if day.isascii() and day.isdigit() else None,
        "benefit_iban": form.optional("benefit_iban"),
        "teletransmission": form.ticked("teletransmission"),
        "marketing_objection": form.ticked("marketing_objection"),
        "documents_read": [paper["document_id"] for paper in subscription["documents"] if paper["required"]],
        "documents_acknowledged": form.ticked("documents_acknowledged"),
        "signature_mode": form.text("signature_mode"),
        "address_differs": form.ticked("address_differs"),
        "beneficiaries": _beneficiaries(subscription, form),
    }
    try:
        person(DOOR).post("quoting", f"subscriptions/{_subscription_id()}/submission", body, key=form.key)
    except ServiceError as refusal:
        if refusal.code == "subscription.already_submitted":
            return redirect(url_for("client.sign"))
        form.take_refusal(refusal, _fields_of_page(subscription))
        wrong = set(form.errors)
        if wrong <= _OF_THE_PAYMENT:
            return _page(2, "client/payment.html", subscription, form)
        if wrong <= _OF_THE_PAYMENT | _OF_THE_DOCUMENTS:
            return _page(1, "client/documents.html", subscription, form)
        return _page(0, "client/person.html", subscription, form)
    return redirect(url_for("client.sign"))


def _beneficiaries(subscription: Mapping[str, Any], form: Form) -> list[dict[str, Any]]:
    return [
        {
            "role": relative["role"],
            "civility": form.optional(f"civility_{number}"),
            "first_name": form.text(f"first_name_{number}"),
            "last_name": form.text(f"last_name_{number}"),
            "birth_date": relative["birth_date"] or form.text(f"birth_date_{number}"),
            "nir": form.optional(f"nir_{number}"),
            "tie": form.optional(f"tie_{number}"),
            "disabled": form.ticked(f"disabled_{number}"),
        }
        for number, relative in enumerate(relatives_of(subscription))
    ]


def _fields_of_page(subscription: Mapping[str, Any]) -> dict[str, str]:
    names = ("civility", "first_name", "last_name", "birth_date", "nir", "tie")
    count = len(relatives_of(subscription))
    return {f"beneficiaries.{number}.{name}": f"{name}_{number}" for number in range(count) for name in names}


@pages.get("/signature")
def sign() -> Any:
    """Show where the signature stands: waiting for the papers, reading, code, done."""
    ceremony = _ceremony()
    if ceremony is None:
        subscription = _subscription()
        if subscription["state"] == "open":
            return redirect(url_for("client.subscribe"))
        if subscription["signature"]["mode"] == "handwritten":
            return redirect(url_for("client.file"))
        return render_template("client/waiting.html", steps=STEPS, step=3)
    if ceremony["state"] in {"signed", "sealed"}:
        return redirect(url_for("client.file"))
    if ceremony["state"] == "failed" and (_subscription().get("signature") or {}).get("mode") == "handwritten":
        return redirect(url_for("client.file"))  # his adviser went on with paper
    if ceremony["state"] in {"blocked", *_ENDED}:
        return render_template("client/ended.html", ceremony=ceremony)
    asked = request.args.get("page", "")
    return _ceremony_page(ceremony, Form(), page=int(asked) if asked.isascii() and asked.isdigit() else 0)


def _ceremony_page(ceremony: Mapping[str, Any], form: Form, *, page: int = 0) -> Any:
    waiting = next((document for document in ceremony["documents"] if not document["accepted_at"]), None)
    if waiting is None:
        return render_template("client/code.html", ceremony=ceremony, form=form, steps=STEPS, step=3), form.status
    # The page after those already shown may be asked for, and none beyond it.
    number = min(max(page or waiting["pages_viewed"], 1), waiting["pages_viewed"] + 1, waiting["pages"])
    drawn = person(DOOR).get("documents", f"documents/{waiting['document_id']}/pages/{number}")
    if number > waiting["pages_viewed"]:
        path = f"ceremonies/{ceremony['id']}/documents/{waiting['document_id']}/pages/{number}/view"
        # The same page of the same ceremony is noted once, whatever was sent twice.
        person(DOOR).post("signature", path, {}, key=path)
    template, steps = "client/read.html", {"steps": STEPS, "step": 3}
    return render_template(template, ceremony=ceremony, document=waiting, drawn=drawn, form=form, **steps), form.status


@pages.post("/signature/<any(document, code, signer, refus):step>")
def act(step: str) -> Any:
    """Accept the document shown, ask for a code, sign, or refuse."""
    ceremony = _ceremony()
    form = Form.sent()
    if ceremony is None:
        return redirect(url_for("client.sign"))
    base = f"ceremonies/{ceremony['id']}"
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "document": (
            f"{base}/documents/{form.text('document_id')}/acceptance",
            {name: form.ticked(name) for name in ("read", "accepts", "confirms")},
        ),
        "code": (f"{base}/codes", {}),
        "signer": (
            f"{base}/signature",
            {"code": form.text("code"), "terms": form.ticked("terms"), "privacy": form.ticked("privacy")},
        ),
        "refus": (
            f"{base}/refusal",
            {"reason": form.text("reason"), "document_id": form.optional("refused_document")},
        ),
    }
    path, body = calls[step]
    try:
        person(DOOR).post("signature", path, body, key=form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal)
        form.values.pop("code", None)
        ceremony = _ceremony()
        if ceremony["state"] not in {"open", "code_sent"}:
            return redirect(url_for("client.sign"))
        return _ceremony_page(ceremony, form)
    return redirect(url_for("client.sign"))


@pages.route("/dossier", methods=["GET", "POST"])
def file() -> Any:
    """What comes next: the signed documents and the papers to send."""
    subscription = _subscription()
    if subscription["state"] in {"open", *_ENDED}:
        return redirect(url_for("client.home"))
    form = Form()
    if request.method == "POST":
        form = Form.sent()
        if send_piece(DOOR, subscription, form):
            session["sent"] = True
            return redirect(url_for("client.file"))
    page = render_template(
        "client/file.html",
        form=form,
        subscription=subscription,
        tags=TAGS,
        stages=subscription["stages"],
        sent=session.pop("sent") if "sent" in session else False,
    )
    return page, form.status
