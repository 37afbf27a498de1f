"""The broker's door."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from plumbing.ids import new_id
from tests.screens.client import PIECES
from tests.screens.shot import Act, Say, Shot, get, one_after_the_other, press, refuses, says, send_unfilled
from tests.services.portal import answers
from tests.services.portal.answers import CLIENT, CONTRACT, DOCUMENT, PRODUCT, QUOTE, SUBSCRIPTION
from tests.services.portal.gateway import FakeGateway
from tests.services.portal.integration.test_quote_wizard import CLIENT as TYPED
from tests.services.portal.integration.test_subscription import CEREMONY

_MANY = 50
_WIZARD = "/courtier/devis/nouveau/horizon-tns"
_LONG = {"last_name": "de La Rochefoucauld-Montmorency", "first_name": "Anne-Charlotte Marie-Élisabeth"}
_DOCUMENT = {"document_id": DOCUMENT, "kind": "ipid", "title": "Document d’information (IPID)", "required": True}
_TITLES = {
    "blank_bia": "Bulletin individuel d’adhésion vierge",
    "ipid": "Document d’information (IPID)",
    "rules": "Règles générales",
    "pieces_list": "Liste des pièces à fournir",
}
_GUARANTEES = [
    {
        "group": "Soins courants",
        "label": "Consultations de généralistes",
        "values": {"100": "100 % BR", "300": "200 % BR"},
    },
    {"group": "Optique", "label": "Monture", "values": {"100": "30 €", "300": "100 €"}},
]
_LEVELS: Any = PRODUCT["needs"]
_FULL = {
    **PRODUCT,
    "guarantees": _GUARANTEES,
    "association": "Association Prévoyance Solidaire",
    "documents": [{**_DOCUMENT, "kind": kind, "title": title} for kind, title in _TITLES.items()],
    "needs": {"areas": [], "levels": [*_LEVELS["levels"], {"code": "reinforced", "label": "Renforcé"}]},
}
_LINES = [{"label": "Camille Roussel", "role_label": "Assurée", "monthly": "600.00", "annual": "7200.00", "age": 41}]
_PRICES = {
    **answers.PRICES,
    "recommendation_reasons": ["La formule 300 couvre tous les besoins exprimés : optique renforcée, dentaire médian."],
    "formulas": [answers.formula(code) for code in ("100", "150", "200", "300", "400", "500")],
}


def _wizard(gateway: FakeGateway) -> None:
    gateway.on("GET", "quoting/v1/products/horizon-tns", _FULL)
    gateway.on("GET", "quoting/v1/products", {"items": [_FULL, {**_FULL, "code": "two", "name": "Horizon Sérénité"}]})
    gateway.on("POST", "quoting/v1/prices", _PRICES)


def _needs(page: Page) -> None:
    for code in ("optical", "dental", "hearing", "hospital", "fees"):
        page.check(f"input[name={code}][value=medium]", force=True)
    page.fill("#effective_date", "2026-12-01")
    page.check("input[name=regime]", force=True)
    page.fill("#postcode", "16000")
    page.locator("#postcode").press("Tab")
    page.get_by_label("Ville").select_option(label="Angoulême")
    page.fill("#birth_date", "1985-05-14")
    page.check("input[name=spouse][value=no]", force=True)
    page.check("input[name=has_children][value=no]", force=True)
    press("Suivant")(page)


def _choose(page: Page) -> None:
    page.locator(".formula.advised").click()
    press("Suivant")(page)


def _client(page: Page) -> None:
    page.check("input[name=civility][value=madame]", force=True)
    for name in ("last_name", "first_name", "address", "email"):
        page.fill(f"#{name}", TYPED[name])
    page.select_option("#client_country", "FR")
    press("Suivant")(page)


def _quotes(count: int, **changes: Any) -> dict[str, Any]:
    rows = [answers.quote(new_id(), client={**answers.PERSON, **_LONG}, **changes) for _number in range(count)]
    return {"items": rows, "next_cursor": "more" if count else None}


def _events(count: int) -> Say:
    rows = [
        answers.agenda_event(id=new_id(), closed_at="2026-11-22T10:00:00Z" if n % 5 == 4 else None)
        for n in range(count)
    ]
    listed = {"items": rows, "total": count * 3, "next_cursor": "more" if count else None}
    return lambda gateway: gateway.on("POST", "quoting/v1/agenda/searches", listed)


def _found(count: int) -> Say:
    rows = [{**answers.CLIENT_ROW, **_LONG} for _number in range(count)]
    listed = {"items": rows, "next_cursor": "more" if count else None}
    return lambda gateway: gateway.on("POST", "quoting/v1/portfolio/client-searches", listed)


def _search(page: Page) -> None:
    page.fill("#name", "%")
    press("Rechercher")(page)


_OF_CLIENT = f"quoting/v1/portfolio/clients/{CLIENT}"
_CONTRACT_ROWS = get(f"{_OF_CLIENT}/contracts", {"items": [answers.contract()] * 3, "next_cursor": None})
_QUOTE_ROWS = get(f"{_OF_CLIENT}/quotes", _quotes(3))
_PAGE = f"/courtier/souscriptions/{SUBSCRIPTION}"
_HERE = f"quoting/v1/subscriptions/{SUBSCRIPTION}"
_WITH_PIECES = get(
    _HERE,
    answers.subscription(
        state="signed", pieces=PIECES, signature={"mode": "electronic", "state": "signed", "label": "Signé"}
    ),
)


def _ceremony(state: str) -> Say:
    return get("signature/v1/ceremonies", {"items": [{**CEREMONY, "state": state, "reliefs_left": 2}]})


def _not_found(gateway: FakeGateway) -> None:
    gateway.refuse("GET", "quoting/v1/quotes/[^/]+", 404, "not_found", "Introuvable.")


def _down(gateway: FakeGateway) -> None:
    gateway.down.add("quoting")


def _shot(name: str, endpoint: str, path: str, *more: Say, act: Act | None = None, shows: str = "") -> Shot:
    usual = {"act": act} if act else {}
    return Shot(f"broker-{name}", endpoint, path, door="broker", says=says(_wizard, *more), shows=shows, **usual)


SHOTS = (
    _shot("home", "agenda.home", "/courtier/", _events(3), shows="Accéder au dossier"),
    _shot("home-empty", "agenda.home", "/courtier/", _events(0), shows="Aucun événement"),
    _shot("home-long", "agenda.home", "/courtier/", _events(_MANY), shows="Événements plus anciens"),
    _shot("quotes", "broker.quotes", "/courtier/devis", get("quoting/v1/quotes", _quotes(3))),
    _shot("quotes-empty", "broker.quotes", "/courtier/devis", get("quoting/v1/quotes", _quotes(0)), shows="pas encore"),
    _shot("quotes-long", "broker.quotes", "/courtier/devis", get("quoting/v1/quotes", _quotes(_MANY))),
    _shot("products", "broker.choose_product", "/courtier/devis/nouveau", shows="Horizon Sérénité"),
    _shot("wizard-needs", "broker.make_quote", _WIZARD, shows="Vos besoins santé"),
    _shot(
        "wizard-needs-error",
        "broker.make_quote",
        _WIZARD,
        act=send_unfilled("Suivant"),
        shows="obligatoires manquent",
    ),
    _shot("wizard-solutions", "broker.make_quote", _WIZARD, act=_needs, shows="Formule conseillée"),
    _shot(
        "wizard-solutions-error",
        "broker.make_quote",
        _WIZARD,
        act=one_after_the_other(_needs, send_unfilled("Suivant")),
        shows="Choisissez une formule",
    ),
    _shot("wizard-details", "broker.make_quote", _WIZARD, act=one_after_the_other(_needs, _choose), shows="Civilité"),
    _shot(
        "wizard-details-error",
        "broker.make_quote",
        _WIZARD,
        act=one_after_the_other(_needs, _choose, send_unfilled("Suivant")),
        shows="obligatoires manquent",
    ),
    _shot(
        "wizard-summary",
        "broker.make_quote",
        _WIZARD,
        act=one_after_the_other(_needs, _choose, _client),
        shows="Valider et envoyer",
    ),
    _shot("wizard-duplicate", "broker.duplicate", f"/courtier/devis/{QUOTE}/dupliquer", shows="Vos besoins"),
    _shot("wizard-modify", "broker.modify", f"/courtier/devis/{QUOTE}/modifier", shows="Vos besoins"),
    _shot(
        "quote",
        "broker.quote",
        f"/courtier/devis/{QUOTE}",
        get(f"quoting/v1/quotes/{QUOTE}", answers.quote(QUOTE, subscription_id=SUBSCRIPTION)),
        get(
            f"quoting/v1/quotes/{QUOTE}/versions", {"items": [answers.version(QUOTE, 2), answers.version(new_id(), 1)]}
        ),
        shows="Souscrire en ligne",
    ),
    _shot("quote-menu", "broker.quote", f"/courtier/devis/{QUOTE}?actes=1", shows="Dupliquer dans un nouveau devis"),
    _shot(
        "quote-proposed",
        "broker.quote",
        f"/courtier/devis/{QUOTE}",
        get(f"quoting/v1/quotes/{QUOTE}", answers.quote(QUOTE, status="proposed", status_label="Proposé")),
        shows="en cours d’édition",
    ),
    _shot("paper-path", "paper_path.papers", "/courtier/bulletin/horizon-tns"),
    _shot("portfolio", "portfolio.search", "/courtier/portefeuille"),
    _shot(
        "portfolio-error",
        "portfolio.search",
        "/courtier/portefeuille",
        act=send_unfilled("Rechercher"),
        shows="Saisissez",
    ),
    _shot(
        "portfolio-nobody", "portfolio.search", "/courtier/portefeuille", _found(0), act=_search, shows="Aucun client"
    ),
    _shot(
        "portfolio-long",
        "portfolio.search",
        "/courtier/portefeuille",
        _found(_MANY),
        act=_search,
        shows="Suite de la liste",
    ),
    _shot("client", "portfolio.client", f"/courtier/clients/{CLIENT}", _CONTRACT_ROWS, _QUOTE_ROWS, shows="CONTRATS"),
    _shot("client-empty", "portfolio.client", f"/courtier/clients/{CLIENT}", shows="Pas de résultat"),
    _shot("client-identity", "portfolio.identity", f"/courtier/clients/{CLIENT}/consultation"),
    _shot("client-account", "portfolio.account", f"/courtier/clients/{CLIENT}/compte", _CONTRACT_ROWS),
    _shot("contract", "portfolio.contract", f"/courtier/contrats/{CONTRACT}", shows="Échéance principale"),
    _shot("subscription", "subscribing.show", _PAGE, shows="Souscrire avec votre client"),
    _shot("subscription-pieces", "subscribing.show", _PAGE, _WITH_PIECES, shows="Importer"),
    _shot(
        "subscription-error",
        "subscribing.show",
        _PAGE,
        refuses(
            "POST",
            "quoting/v1/assisted-sessions",
            "Cochez la case.",
            client_present="Attestez que votre client est là.",
        ),
        act=send_unfilled("Souscrire avec mon client"),
        shows="Attestez",
    ),
    _shot("relief", "relief.show", f"{_PAGE}/signature", _ceremony("code_sent")),
    _shot("relief-blocked", "relief.show", f"{_PAGE}/signature", _ceremony("blocked"), shows="bloquée"),
    _shot("relief-none", "relief.show", f"{_PAGE}/signature"),
    Shot(
        "broker-not-found",
        "broker.quote",
        f"/courtier/devis/{new_id()}",
        door="broker",
        says=_not_found,
        shows="Introuvable",
    ),
    Shot(
        "broker-down", "broker.quotes", "/courtier/devis", door="broker", says=_down, shows="Indisponibilité momentanée"
    ),
)
