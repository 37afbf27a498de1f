"""The client's pages: subscribing, reading, signing, sending papers."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from plumbing.ids import new_id
from tests.services.portal.answers import DOCUMENT, SUBSCRIPTION, subscription
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

PAGE = "/souscription/adhesion"
ADDRESS = f"quoting/v1/subscriptions/{SUBSCRIPTION}"
PERSON = {
    "nir": "285051610299558",
    "mobile": "06 12 34 56 78",
    "first_name_0": "Léa",
    "last_name_0": "Roussel",
    "birth_date_0": "2014-09-01",
    "tns_declared": "on",
}
ACCOUNT = {
    "iban": "FR7630006000011234567890189",
    "account_holder": "Camille Roussel",
    "debit_day": "5",
    "signature_mode": "electronic",
}
CEREMONY: dict[str, Any] = {
    "id": new_id(),
    "state": "open",
    "reference": "KY0X00F9",
    "signer_mobile_masked": "06 •• •• •• 78",
    "documents": [
        {
            "document_id": DOCUMENT,
            "position": 1,
            "title": "Bulletin",
            "pages": 2,
            "pages_viewed": 2,
            "accepted_at": None,
        },
        {"document_id": new_id(), "position": 2, "title": "Mandat", "pages": 1, "pages_viewed": 0, "accepted_at": None},
    ],
    "signers": [{"rank": 1, "name": "Mme Camille Roussel", "mobile_masked": "06 •• •• •• 78", "is_next": True}],
    "expires_at": "2026-11-23T08:00:00Z",
    "consents": [{"code": code, "text": f"Je {code}"} for code in ("read", "accepts", "confirms")],
    "provider_consents": [{"code": code, "text": f"Conditions {code}"} for code in ("terms", "privacy")],
    "refusal_reasons": [{"code": "other", "label": "Autre raison"}],
    "code": None,
    "tries_left": 5,
    "adviser": {"name": "Cabinet Lemaire", "phone": "+33145670001", "email": "courtier@lemaire.example"},
}
ACCEPTED = CEREMONY | {"documents": [{**each, "accepted_at": "2026-11-22T08:00:00Z"} for each in CEREMONY["documents"]]}
CODE = {
    "sent_at": "2026-11-22T08:00:00Z",
    "expires_at": "2026-11-22T08:05:00Z",
    "resend_at": "2026-11-22T08:01:00Z",
    "sends_left": 2,
}


@pytest.fixture
def client(api: Visitor) -> Visitor:
    api.follow_link()
    return api


def at_payment(client: Visitor) -> TestResponse:
    person = client.get(PAGE)
    documents = client.send(PAGE, person, _step="documents", **kept(person), **PERSON)
    assert "Veuillez lire les documents" in documents.text
    return client.send(PAGE, documents, _step="payment", documents_acknowledged="on")


def kept(_page: TestResponse) -> dict[str, str]:
    """What the first page shows prefilled, as a browser sends it back."""
    names = ("civility", "last_name", "first_name", "birth_date", "address", "postcode", "town", "country", "email")
    identity: dict[str, Any] = subscription()["identity"]
    return {name: identity[name] for name in names}


def test_the_whole_family_is_submitted(client: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", f"{ADDRESS}/submission", subscription(state="preparing"), status=201)
    payment = at_payment(client)
    assert "1\u202f382,76\u00a0€" in payment.text
    done = client.send(PAGE, payment, _step="submit", **ACCOUNT)
    assert done.location == "/souscription/signature"
    sent = body_of(gateway.calls("POST", f"{ADDRESS}/submission")[0])
    assert sent["identity"]["country"] == "FR"
    assert sent["documents_read"] == [DOCUMENT]
    assert sent["documents_acknowledged"] is True
    assert sent["marketing_objection"] is False
    assert sent["debit_day"] == 5
    assert sent["beneficiaries"] == [
        {
            "role": "child",
            "civility": None,
            "first_name": "Léa",
            "last_name": "Roussel",
            "birth_date": "2014-09-01",
            "nir": None,
            "tie": None,
            "disabled": False,
        }
    ]


def test_nothing_is_stored_before_the_last_page(client: Visitor, gateway: FakeGateway) -> None:
    at_payment(client)
    assert [one for one in gateway.asked if one.method != "GET" and "guest-sessions" not in one.url.path] == []


def test_the_documents_must_be_read(client: Visitor) -> None:
    person = client.get(PAGE)
    documents = client.send(PAGE, person, _step="documents", **kept(person), **PERSON)
    page = client.send(PAGE, documents, _step="payment", _box="documents_acknowledged")
    assert page.status_code == 422
    assert 'id="documents_acknowledged-erreur"' in page.text


@pytest.mark.parametrize("step", ["documents", "payment", "submit"])
def test_no_page_can_be_left_out(client: Visitor, gateway: FakeGateway, step: str) -> None:
    page = client.send(PAGE, client.get(PAGE), _step=step, **ACCOUNT, documents_acknowledged="on")
    assert page.status_code == 422
    assert 'id="nir-erreur"' in page.text
    assert gateway.calls("POST", f"{ADDRESS}/submission") == []


@pytest.mark.parametrize(
    ("field", "beside", "page_title"),
    [
        ("iban", "iban", "Renseignement des informations bancaires"),
        ("nir", "nir", "Merci de compléter vos coordonnées"),
        ("identity__town", "town", "Merci de compléter vos coordonnées"),
        ("beneficiaries__0__birth_date", "birth_date_0", "Merci de compléter vos coordonnées"),
        ("documents_read", "documents_read", "Veuillez lire les documents"),
    ],
)
def test_a_refusal_comes_back_to_its_page_and_field(
    client: Visitor, gateway: FakeGateway, field: str, beside: str, page_title: str
) -> None:
    gateway.refuse("POST", f"{ADDRESS}/submission", 422, "validation", "À corriger.", **{field: "Non valable."})
    page = client.send(PAGE, at_payment(client), _step="submit", **ACCOUNT)
    assert page.status_code == 422
    assert page_title in page.text
    assert f'id="{beside}-erreur">Non valable.' in page.text


def test_what_was_already_submitted_goes_on_to_the_signature(client: Visitor, gateway: FakeGateway) -> None:
    payment = at_payment(client)
    gateway.refuse("POST", f"{ADDRESS}/submission", 409, "subscription.already_submitted", "Déjà validée.")
    assert client.send(PAGE, payment, _step="submit", **ACCOUNT).location == "/souscription/signature"
    gateway.on("GET", ADDRESS, subscription(state="in_progress", signature={"mode": "electronic"}))
    assert client.get(PAGE).location == "/souscription/signature"
    assert "Vos documents se préparent" in client.get("/souscription/signature").text


def drawn(number: int, pages: int = 2) -> dict[str, Any]:
    return {
        "number": number, "pages": pages, "width": 900, "height": 1200, "picture": "iVBORw0KGgo=",
        "text": f"Article {number}",
    }  # fmt: skip


def being_read(gateway: FakeGateway, viewed: int) -> str:
    """A document of two pages of which the first ones were shown; return the address of its pages' views."""
    first, second = CEREMONY["documents"]
    reading = {**CEREMONY, "documents": [{**first, "pages_viewed": viewed}, second]}
    gateway.on("GET", "signature/v1/ceremonies", {"items": [reading]})
    for number in (1, 2):
        gateway.on("GET", f"documents/v1/documents/{DOCUMENT}/pages/{number}", drawn(number))
    return f"signature/v1/ceremonies/{CEREMONY['id']}/documents/{DOCUMENT}/pages"


@pytest.mark.parametrize(
    ("viewed", "asked", "shown"), [(0, "", 1), (0, "?page=2", 1), (1, "", 1), (1, "?page=2", 2), (2, "?page=1", 1)]
)
def test_pages_are_shown_in_order_and_each_is_noted_when_it_first_is(
    client: Visitor, gateway: FakeGateway, viewed: int, asked: str, shown: int
) -> None:
    pages = being_read(gateway, viewed)
    gateway.on("POST", rf"{pages}/\d/view", {})
    page = client.get(f"/souscription/signature{asked}")
    assert f"Page {shown} sur 2" in page.text
    assert f"Article {shown}" in page.text
    assert len(gateway.calls("POST", f"{pages}/{shown}/view")) == int(shown > viewed)
    assert ('type="checkbox"' in page.text) is (shown == 2)


def test_each_document_is_accepted_in_turn_with_three_boxes(client: Visitor, gateway: FakeGateway) -> None:
    being_read(gateway, 2)
    page = client.get("/souscription/signature")
    assert "Bulletin" in page.text
    assert " checked" not in page.text
    path = f"signature/v1/ceremonies/{CEREMONY['id']}/documents/{DOCUMENT}/acceptance"
    gateway.refuse("POST", path, 422, "consent.missing", "Toutes les cases doivent être cochées.", confirms="À cocher.")
    boxes = {"document_id": DOCUMENT, "read": "on", "accepts": "on"}
    refused = client.send("/souscription/signature/document", page, **boxes)
    assert refused.status_code == 422
    assert 'id="confirms-erreur"' in refused.text
    assert 'name="read" checked' in refused.text
    assert body_of(gateway.calls("POST", path)[0]) == {"read": True, "accepts": True, "confirms": False}


def test_the_code_is_asked_for_and_sent(client: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", "signature/v1/ceremonies", {"items": [ACCEPTED]})
    asked = client.get("/souscription/signature")
    assert "06 •• •• •• 78" in asked.text
    assert "Code SMS" not in asked.text
    base = f"signature/v1/ceremonies/{CEREMONY['id']}"
    gateway.on("POST", f"{base}/codes", {})
    assert client.send("/souscription/signature/code", asked).status_code == 302
    gateway.on("GET", "signature/v1/ceremonies", {"items": [{**ACCEPTED, "state": "code_sent", "code": CODE}]})
    page = client.get("/souscription/signature")
    assert "9\u00a0h\u00a005" in page.text, "Paris time"
    text = "Ce code n’est pas valable, ou il a expiré. Il vous reste 4 essais."
    gateway.refuse("POST", f"{base}/signature", 422, "code.wrong", text)
    wrong = client.send("/souscription/signature/signer", page, code="000000", terms="on", privacy="on")
    assert text in wrong.text
    assert 'value="000000"' not in wrong.text


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("refused", "Vous avez refusé de signer"),
        ("failed", "La signature n’a pas abouti"),
        ("expired", "Le délai pour signer est dépassé"),
        ("blocked", "Votre signature attend votre conseiller"),
    ],
)
def test_a_ceremony_that_ended_otherwise_names_the_adviser(
    client: Visitor, gateway: FakeGateway, state: str, title: str
) -> None:
    gateway.on("GET", "signature/v1/ceremonies", {"items": [{**CEREMONY, "state": state}]})
    page = client.get("/souscription/signature").text
    assert title in page
    assert "01\u00a045\u00a067\u00a000\u00a001" in page


def test_a_ceremony_that_goes_on_with_paper_leads_to_the_file(client: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", "signature/v1/ceremonies", {"items": [{**CEREMONY, "state": "failed"}]})
    gateway.on("GET", ADDRESS, subscription(state="preparing", signature={"mode": "handwritten"}))
    assert client.get("/souscription/signature").location == "/souscription/dossier"


def piece(status: str = "to_provide", document_id: str | None = None) -> dict[str, Any]:
    return {
        "code": "identity",
        "label": "Pièce d’identité",
        "kind": "piece.identity",
        "status": status,
        "status_label": "À fournir" if status == "to_provide" else "Reçue",
        "document_id": document_id,
        "reason": None,
    }


def signed(**changes: Any) -> dict[str, Any]:
    signature = {"mode": "electronic", "state": "signed"}
    file = {"status_label": "En attente de pièces"}
    return subscription(state="signed", signature=signature, file=file, pieces=[piece()], **changes)


def test_a_piece_is_sent_for_what_it_is(client: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", ADDRESS, signed())
    page = client.get("/souscription/dossier")
    stored = new_id()

    def store(_request: Any) -> Any:
        import httpx

        gateway.on("GET", ADDRESS, {**signed(), "pieces": [piece("received", stored)]})
        return httpx.Response(201, json={"id": stored})

    gateway.when("POST", "documents/v1/documents", store)
    announced = f"{ADDRESS}/pieces/identity/announcement"
    gateway.on("POST", announced, {})
    sent = client.send("/souscription/dossier", page, piece="identity", file=(io.BytesIO(b"\xff\xd8"), "carte.jpg"))
    assert sent.location == "/souscription/dossier"
    body = gateway.calls("POST", "documents/v1/documents")[0].content.decode(errors="replace")
    assert "piece.identity" in body
    assert f"subscription:{SUBSCRIPTION}" in body
    assert body_of(gateway.calls("POST", announced)[0]) == {"document_id": stored}
    shown = client.get("/souscription/dossier").text
    assert "Votre document a bien été reçu." in shown
    assert "Reçue" in shown
    assert "Votre document a bien été reçu." not in client.get("/souscription/dossier").text


def test_a_refused_file_is_explained_beside_its_piece(client: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", ADDRESS, signed())
    text = "Formats acceptés : JPG, PNG, PDF"
    gateway.refuse("POST", "documents/v1/documents", 422, "document.type", text, file=text)
    page = client.get("/souscription/dossier")
    refused = client.send("/souscription/dossier", page, piece="identity", file=(io.BytesIO(b"x"), "note.txt"))
    assert refused.status_code == 422
    assert "<details open>" in refused.text
    assert 'id="file-erreur">Formats acceptés\u00a0: JPG, PNG, PDF' in refused.text
    missing = client.send("/souscription/dossier", page, piece="identity")
    assert "Choisissez un fichier." in missing.text
