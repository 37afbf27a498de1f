"""The broker's door: his quotes, and the four steps that make one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _

from plumbing.http.clients import ServiceError
from portal.backend import person
from portal.forms import Form, carried, carry

pages = Blueprint("broker", __name__, url_prefix="/courtier")

DOOR = "broker"
CARRIED = "quote"

NEEDS = (
    ("optical", _("Optique (lunettes, lentilles…)")),
    ("dental", _("Dentaire (prothèses, soins…)")),
    ("hearing", _("Audiologie (prothèses auditives)")),
    ("hospital", _("En cas d’hospitalisation (confort)")),
    ("fees", _("Remboursement des dépassements d’honoraires")),
)
STEPS = (_("Vos besoins"), _("Vos solutions"), _("Vos coordonnées"), _("Récapitulatif du DEVIS"))
COUNTRIES = (
    ("FR", _("France")),
    ("BE", _("Belgique")),
    ("LU", _("Luxembourg")),
    ("CH", _("Suisse")),
    ("DE", _("Allemagne")),
    ("ES", _("Espagne")),
    ("IT", _("Italie")),
    ("MC", _("Monaco")),
)
TAGS = {
    "awaiting_validation": "warn",
    "awaiting_pieces": "warn",
    "incomplete": "warn",
    "proposed": "brand",
    "validated": "brand",
    "accepted": "brand",
    "subscribed": "good",
    "declined": "bad",
    "refused": "bad",
    "expired": "bad",
}
_LAPSED = _("Votre saisie date de plus de deux heures\u00a0: reprenez à la première étape.")
_OF_THE_CHOICE = frozenset({"formula", "with_option", "choice_reason"})
_OF_THE_CLIENT = frozenset(
    {"civility", "last_name", "first_name", "birth_name", "address", "address_extra", "email", "mobile"}
    | {"client_postcode", "client_town", "client_country"}
)
# Where the page calls a field otherwise than the API, because both the household and the client have one.
_API_FIELDS = {f"client.{name}": f"client_{name}" for name in ("postcode", "town", "country")}


@pages.get("/devis")
def quotes() -> str:
    listed = person(DOOR).get("quoting", "quotes", cursor=request.args.get("suite"), limit=20)
    return render_template("broker/quotes.html", listed=listed, tags=TAGS)


@pages.get("/devis/nouveau")
def choose_product() -> str:
    """The products; `client` names whom the quote is for, when that is known."""
    products = person(DOOR).get("quoting", "products")["items"]
    return render_template("broker/products.html", products=products, client=request.args.get("client"))


@pages.get("/devis/<id:quote_id>")
def quote(quote_id: str) -> str:
    me = person(DOOR)
    found = me.get("quoting", f"quotes/{quote_id}")
    product = me.get("quoting", f"products/{found['product_code']}")
    versions = me.get("quoting", f"quotes/{quote_id}/versions")["items"]
    return render_template(
        "broker/quote.html",
        quote=found,
        versions=versions,
        latest=versions[0] if versions else None,
        modifiable=any(row["id"] == quote_id and row["modifiable"] for row in versions),
        tags=TAGS,
        needs=NEEDS,
        names=names_of(product),
        option=product["option"],
    )


Send = Callable[[dict[str, Any], str], Any]


@dataclass(frozen=True)
class Wizard:
    """The four steps for one product. `send` stores what was entered; `about` is the quote that they began from.

    What was entered travels in an encrypted hidden field until the quote is issued. Every step looks at all the steps
    before it again, so that none can be left out.
    """

    product: Mapping[str, Any]
    send: Send
    about: Mapping[str, Any] | None = None

    def answer(self, known: Mapping[str, str]) -> Any:
        """Answer the request: the first step with what is `known`, or the step that was asked for."""
        if request.method == "GET":
            return _needs_page(self, Form(values=dict(known)))
        form = Form.sent()
        earlier = carried(CARRIED)
        if earlier is None:
            form.refuse(str(_LAPSED))
            return _needs_page(self, form)
        form.values = {**earlier, **form.values}
        return _step(self, form, request.form.get("_step", ""))


def _step(wizard: Wizard, form: Form, step: str) -> Any:
    if step not in {"solutions", "details", "summary", "issue"} or not _needs_are_complete(form):
        return _needs_page(wizard, form)
    try:
        prices = person(DOOR).post("quoting", "prices", _question(wizard.product, form))
    except ServiceError as refusal:
        form.take_refusal(refusal)
        return _needs_page(wizard, form)
    if step == "solutions" or not _choice_is_complete(form, prices):
        return _page(1, "broker/solutions.html", wizard, form, prices=prices)
    if step == "details" or not form.require(["civility", "last_name", "first_name", "address", *_PLACE, "email"]):
        return _details_page(wizard, form)
    if step == "issue":
        return _issue(wizard, form, prices)
    return _page(3, "broker/summary.html", wizard, form, chosen=_chosen(form, prices))


def names_of(product: Mapping[str, Any]) -> Mapping[str, str]:
    """What the codes of a product are called: régimes and levels of need."""
    return {row["code"]: row["label"] for row in (*product["regimes"], *product["needs"]["levels"])}


def _page(step: int, template: str, wizard: Wizard, form: Form, **more: Any) -> Any:
    page = render_template(
        template,
        product=wizard.product,
        about=wizard.about,
        form=form,
        steps=STEPS,
        step=step,
        needs=NEEDS,
        names=names_of(wizard.product),
        carried=carry(CARRIED, form.values),
        **more,
    )
    return page, form.status


def _needs_page(wizard: Wizard, form: Form) -> Any:
    return _page(0, "broker/needs.html", wizard, form, towns=_towns(form))


_PLACE = ("client_postcode", "client_town", "client_country")


def _details_page(wizard: Wizard, form: Form) -> Any:
    for name in ("postcode", "town"):
        form.values.setdefault(f"client_{name}", form.text(name))
    return _page(2, "broker/details.html", wizard, form, countries=COUNTRIES)


def _towns(form: Form) -> list[tuple[str, str]]:
    postcode = form.text("postcode")
    if len(postcode) != 5 or not postcode.isascii() or not postcode.isdigit():
        return []
    found = person(DOOR).get("quoting", "towns", postcode=postcode)["items"]
    if not found:
        form.errors.setdefault("postcode", "Aucune ville n’a ce code postal.")
    return [(town["name"], town["name"]) for town in found]


def _needs_are_complete(form: Form) -> bool:
    required = [code for code, _label in NEEDS]
    required += ["effective_date", "regime", "postcode", "town", "birth_date", "spouse", "has_children"]
    required += ["spouse_birth_date"] if form.text("spouse") == "yes" else []
    required += ["children"] if form.text("has_children") == "yes" else []
    towns = [name for name, _label in _towns(form)]
    if len(towns) == 1:
        form.values["town"] = towns[0]
    elif form.text("town") not in towns:
        form.values["town"] = ""
    if form.text("has_children") == "yes" and form.text("children") and not form.text("children").strip("0"):
        form.errors["children"] = "Indiquez au moins un enfant, ou «\u00a0Pas d’enfant\u00a0»."
    return form.require(required)


def _chosen(form: Form, prices: Mapping[str, Any]) -> Any:
    return next((formula for formula in prices["formulas"] if formula["code"] == form.text("formula")), None)


def _choice_is_complete(form: Form, prices: Mapping[str, Any]) -> bool:
    chosen = _chosen(form, prices)
    if chosen is None:
        form.refuse("Choisissez une formule.", formula="Choisissez une formule.")
        return False
    if form.ticked("with_option") and chosen["option"] is None:
        text = f"L’option n’est pas proposée avec la formule {chosen['label']}."
        form.refuse(text, with_option=text)
    if chosen["code"] != prices["recommended"] and not form.text("choice_reason"):
        text = "Indiquez pourquoi le client retient une autre formule que la formule conseillée."
        form.refuse(text, choice_reason=text)
    return not form.errors


def _issue(wizard: Wizard, form: Form, prices: Mapping[str, Any]) -> Any:
    body = {
        "formula": form.text("formula"),
        "with_option": form.ticked("with_option"),
        "choice_reason": form.optional("choice_reason"),
        "effective_date": form.text("effective_date"),
        "profile": _profile(form),
        "needs": _needs(form),
        "client": _client(form),
    }
    try:
        issued = wizard.send(body, form.key)
    except ServiceError as refusal:
        form.take_refusal(refusal, _API_FIELDS)
        wrong = set(form.errors)
        if not wrong:
            return _page(3, "broker/summary.html", wizard, form, chosen=_chosen(form, prices))
        if wrong & _OF_THE_CHOICE:
            return _page(1, "broker/solutions.html", wizard, form, prices=prices)
        return _details_page(wizard, form) if wrong <= _OF_THE_CLIENT else _needs_page(wizard, form)
    return redirect(url_for("broker.quote", quote_id=issued["id"]))


def _question(product: Mapping[str, Any], form: Form) -> dict[str, Any]:
    return {
        "product": product["code"],
        "effective_date": form.text("effective_date"),
        "needs": _needs(form),
        **_profile(form),
    }


def _needs(form: Form) -> dict[str, str]:
    return {code: form.text(code) for code, _label in NEEDS}


def _profile(form: Form) -> dict[str, Any]:
    children = form.text("children") if form.text("has_children") == "yes" else "0"
    return {
        "regime": form.text("regime"),
        "postcode": form.text("postcode"),
        "town": form.text("town"),
        "birth_date": form.text("birth_date"),
        "spouse_birth_date": form.optional("spouse_birth_date") if form.text("spouse") == "yes" else None,
        "children": int(children) if children.isascii() and children.isdigit() else children,
    }


def _client(form: Form) -> dict[str, Any]:
    return {
        "civility": form.text("civility"),
        "last_name": form.text("last_name"),
        "birth_name": form.optional("birth_name"),
        "first_name": form.text("first_name"),
        "birth_date": form.text("birth_date"),
        "address": form.text("address"),
        "address_extra": form.optional("address_extra"),
        "postcode": form.text("client_postcode"),
        "town": form.text("client_town"),
        "country": form.text("client_country"),
        "email": form.text("email"),
        "mobile": form.optional("mobile"),
    }
