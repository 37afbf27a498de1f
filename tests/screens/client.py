"""The client's door: from the link of his mail to his pieces."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from playwright.sync_api import Page

from plumbing.ids import new_id
from tests.screens.shot import Act, Say, Shot, get, one_after_the_other, press, refuses, says, send_unfilled
from tests.services.portal.answers import DOCUMENT, SUBSCRIPTION, subscription
from tests.services.portal.gateway import FakeGateway
from tests.services.portal.integration.test_subscription import ACCEPTED, ADDRESS, CEREMONY, CODE

_FORM, _SIGN, _FILE = "/souscription/adhesion", "/souscription/signature", "/souscription/dossier"
_SENT = {**ACCEPTED, "state": "code_sent", "code": CODE}


@cache
def _drawn() -> str:
    """A page of paper as the documents service draws one."""
    from deploy.demo.people import picture

    return base64.b64encode(picture("BULLETIN D'ADHESION (specimen)")).decode()


def _ceremony(**changes: Any) -> Say:
    return get("signature/v1/ceremonies", {"items": [{**CEREMONY, **changes}]})


def _page_of_paper(gateway: FakeGateway) -> None:
    page = {"number": 1, "pages": 2, "width": 900, "height": 1200, "text": "Article 1", "picture": _drawn()}
    gateway.on("GET", f"documents/v1/documents/{DOCUMENT}/pages/1", page)
    gateway.on("GET", f"documents/v1/documents/{DOCUMENT}/pages/2", {**page, "number": 2, "text": "Article 2"})


def _family(page: Page) -> None:
    values = {
        "nir": "2 85 05 75 116 001 64",
        "mobile": "06 12 34 56 78",
        "first_name_0": "Léa",
        "last_name_0": "Roussel",
        "birth_date_0": "2014-09-01",
    }
    for name, text in values.items():
        page.fill(f"#{name}", text)
    page.check("#tns_declared")
    press("Suivant")(page)


def _read(page: Page) -> None:
    page.check("#documents_acknowledged")
    press("Suivant")(page)


def _piece(code: str, label: str, status: str, status_label: str, reason: str = "") -> dict[str, Any]:
    given = status != "to_provide"
    return {
        "code": code,
        "label": label,
        "kind": f"piece.{code}",
        "status": status,
        "status_label": status_label,
        "document_id": new_id() if given else None,
        "reason": reason or None,
        "paper_received_on": None,
        "requested_at": "2026-11-22T08:00:00Z",
        "received_at": "2026-11-22T09:00:00Z" if given else None,
        "history": [],
    }


PIECES = [
    _piece(
        "identity",
        "Copie recto verso de la pièce d’identité en cours de validité de l’assuré",
        "to_provide",
        "À fournir",
    ),
    _piece("bank_account", "Relevé d’identité bancaire", "received", "Reçue"),
    _piece(
        "vitale",
        "Attestation de carte Vitale de moins de trois mois",
        "refused",
        "Refusée",
        "La date n’est pas lisible.",
    ),
    _piece("tns", "Justificatif du statut de travailleur non salarié", "accepted", "Acceptée"),
]


def _signed(mode: str = "electronic", **changes: Any) -> Say:
    signature = {"mode": mode, "state": "signed", "label": "Signé"}
    papers = [
        {"document_id": new_id(), "title": "Bulletin individuel d’adhésion"},
        {"document_id": new_id(), "title": "Mandat de prélèvement SEPA"},
    ]
    usual = {"state": "signed", "file": {"status_label": "En attente de pièces"}, "pieces": PIECES}
    return get(ADDRESS, subscription(**{**usual, "signature": signature, "sealed_papers": papers, **changes}))


def _shot(name: str, path: str, *more: Say, act: Act | None = None, shows: str = "") -> Shot:
    endpoint = {_FORM: "client.subscribe", _SIGN: "client.sign", _FILE: "client.file"}[path]
    usual = {"act": act} if act else {}
    return Shot(f"client-{name}", endpoint, path, door="guest", says=says(*more), shows=shows, **usual)


_WRONG_CODE = "Ce code n’est pas valable, ou il a expiré. Il vous reste 4 essais."
_SIGNED_HERE = f"signature/v1/ceremonies/{CEREMONY['id']}/signature"
SHOTS = (
    _shot("person", _FORM, shows="Numéro de sécurité sociale"),
    _shot("person-error", _FORM, act=send_unfilled("Suivant"), shows="réponses obligatoires manquent"),
    _shot("documents", _FORM, act=_family, shows="Veuillez lire les documents"),
    _shot("documents-error", _FORM, act=one_after_the_other(_family, send_unfilled("Suivant")), shows="Confirmez que"),
    _shot("payment", _FORM, act=one_after_the_other(_family, _read), shows="IBAN"),
    _shot(
        "payment-error",
        _FORM,
        act=one_after_the_other(_family, _read, send_unfilled("Signer le contrat")),
        shows="réponses obligatoires manquent",
    ),
    _shot("waiting", _SIGN, get(ADDRESS, subscription(state="preparing", signature={"mode": "electronic"}))),
    _shot("reading", _SIGN, _ceremony(documents=[{**CEREMONY["documents"][0], "pages_viewed": 1}]), _page_of_paper),
    _shot("accepting", _SIGN, _ceremony(), _page_of_paper, act=lambda page: page.goto(f"{_SIGN}?page=2")),
    _shot("code-to-ask", _SIGN, get("signature/v1/ceremonies", {"items": [ACCEPTED]}), shows="Recevoir le code"),
    _shot("code", _SIGN, get("signature/v1/ceremonies", {"items": [_SENT]}), shows="Code SMS"),
    _shot(
        "code-wrong",
        _SIGN,
        get("signature/v1/ceremonies", {"items": [_SENT]}),
        refuses("POST", _SIGNED_HERE, _WRONG_CODE),
        act=send_unfilled("Signer"),
        shows="Ce code n’est pas valable",
    ),
    *(_shot(f"ended-{state}", _SIGN, _ceremony(state=state)) for state in ("refused", "failed", "expired", "blocked")),
    _shot("file", _FILE, _signed(), shows="est signée"),
    _shot("file-sealing", _FILE, _signed(sealed_papers=[]), shows="scellement"),
    _shot("file-by-hand", _FILE, _signed("handwritten", state="preparing"), shows="Vous signez à la main"),
    _shot(
        "file-error",
        _FILE,
        _signed(),
        act=one_after_the_other(
            lambda page: page.locator("summary", has_text="Transmettre").first.click(), send_unfilled("Envoyer")
        ),
        shows="Choisissez un fichier",
    ),
    Shot("client-session-over", "client.file", _FILE, shows="Votre session est terminée"),
)
ADDRESS_OF_SUBSCRIPTION = f"/courtier/souscriptions/{SUBSCRIPTION}"
