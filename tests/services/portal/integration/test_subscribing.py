"""The broker with his client at his side, and the file that he completes for him."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest

from plumbing.ids import new_id
from tests.services.portal.answers import FILE, STAGES, SUBSCRIPTION, subscription
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of
from tests.services.portal.integration.test_members_and_managers import file_of

PAGE = f"/courtier/souscriptions/{SUBSCRIPTION}"
ADDRESS = f"quoting/v1/subscriptions/{SUBSCRIPTION}"
ATTESTATION = "quoting/v1/assisted-sessions"


@pytest.fixture
def broker(api: Visitor) -> Visitor:
    api.sign_in("broker")
    return api


def test_the_clients_pages_open_once_the_broker_attests(broker: Visitor, gateway: FakeGateway) -> None:
    page = broker.get(PAGE)
    assert "si et seulement si votre client est à vos côtés" in page.text
    assert all(str(stage["label"]) in page.text for stage in STAGES)
    opened = broker.send(f"{PAGE}/accompagnement", page, client_present="on")
    assert opened.location == "/souscription/"
    assert body_of(gateway.calls("POST", ATTESTATION)[0]) == {"subscription_id": SUBSCRIPTION, "client_present": True}
    shown = broker.get("/souscription/adhesion").text
    assert "Vous souscrivez aux côtés de votre client\u00a0: c’est lui qui répond, lit et signe." in shown


def test_without_the_box_the_broker_stays_where_he_is(broker: Visitor, gateway: FakeGateway) -> None:
    said = "Cette case doit être cochée."
    gateway.refuse("POST", ATTESTATION, 422, "validation", "À corriger.", client_present=said)
    refused = broker.send(f"{PAGE}/accompagnement", broker.get(PAGE), _box="client_present")
    assert refused.status_code == 422
    assert f'id="client_present-erreur">{said}' in refused.text
    assert body_of(gateway.calls("POST", ATTESTATION)[0])["client_present"] is False
    assert broker.get("/souscription/adhesion").status_code == 401


def test_the_clients_link_asks_his_broker_for_the_attestation(broker: Visitor) -> None:
    answer = broker.get("/souscrire/the-secret-of-the-link-of-the-quote")
    assert answer.location == PAGE
    assert broker.get("/souscription/adhesion").status_code == 401


def test_another_brokers_window_is_no_hindrance(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.refuse("GET", ADDRESS, 404, "subscription.not_found", "Introuvable.")
    assert broker.get("/souscrire/the-secret-of-the-link-of-the-quote").location == "/souscription/"


@pytest.mark.feature("F-065")
def test_every_attestation_is_shown_to_the_broker_and_to_the_manager(broker: Visitor, gateway: FakeGateway) -> None:
    who = {"broker_id": new_id(), "company": "Cabinet Lemaire"}
    told = [{**who, "attested_at": f"2026-11-22T{hour}:00:00Z"} for hour in ("08", "09")]
    gateway.on("GET", ADDRESS, subscription(state="in_progress", attestations=told))
    page = broker.get(PAGE).text
    assert "présence du client attestée le 22/11/2026 à 09:00" in page
    assert "présence du client attestée le 22/11/2026 à 10:00" in page
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(assistance=None, attestations=told))
    broker.sign_in("manager")
    shown = broker.get(f"/gestion/dossiers/{FILE}").text
    assert "validée par le client, avec son lien" in shown
    assert shown.count("Cabinet Lemaire") == 2
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(assistance=told[0], attestations=told[:1]))
    assert "accompagnée par Cabinet Lemaire" in broker.get(f"/gestion/dossiers/{FILE}").text
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(assistance=None, attestations=[]))
    assert "par le client seul, avec son lien" in broker.get(f"/gestion/dossiers/{FILE}").text


@pytest.mark.feature("F-017")
def test_staff_who_open_a_clients_link_say_who_they_are(
    broker: Visitor, somebody_else: Visitor, gateway: FakeGateway
) -> None:
    broker.get("/souscrire/the-secret-of-the-link-of-the-quote")
    somebody_else.get("/souscrire/the-secret-of-the-link-of-the-quote")
    by_broker, by_client = gateway.calls("POST", "quoting/v1/guest-sessions")
    assert by_broker.headers["Authorization"].startswith("Bearer ")
    assert "Authorization" not in by_client.headers
    # A session that has ended opens the link all the same.
    answered = iter([401, 200])
    link = {"access_token": "t", "expires_in": 1800, "subscription_id": SUBSCRIPTION}

    def answer(_request: httpx.Request) -> httpx.Response:
        status = next(answered)
        return httpx.Response(status, json=link if status == 200 else {"code": "token.refused", "detail": ""})

    gateway.when("POST", "quoting/v1/guest-sessions", answer)
    opened = broker.get("/souscrire/the-secret-of-the-link-of-the-quote")
    assert (opened.status_code, opened.location) == (302, "/souscription/")


def test_who_comes_by_his_link_is_told_nothing_of_a_broker(api: Visitor) -> None:
    api.follow_link()
    assert "aux côtés de votre client" not in api.get("/souscription/adhesion").text


def piece(**changes: Any) -> dict[str, Any]:
    return {
        "code": "identity",
        "label": "Pièce d’identité",
        "kind": "piece.identity",
        "status": "to_provide",
        "status_label": "À fournir",
        "document_id": None,
        "requested_at": "2026-11-22T08:00:00Z",
        "received_at": None,
        "paper_received_on": None,
        "reason": None,
        **changes,
    }


def test_the_broker_sends_a_piece_for_his_client(broker: Visitor, gateway: FakeGateway) -> None:
    signature = {"mode": "handwritten", "state": "in_progress", "label": "En cours"}
    waiting = subscription(state="in_progress", signature=signature, file={"status_label": "En attente de pièces"})
    gateway.on("GET", ADDRESS, {**waiting, "pieces": [piece()]})
    page = broker.get(PAGE)
    assert "22/11/2026" in page.text
    stored = new_id()

    def store(_request: Any) -> Any:
        import httpx

        received = piece(
            status="received", status_label="Reçue", document_id=stored, received_at="2026-11-24T08:00:00Z"
        )
        gateway.on("GET", ADDRESS, {**waiting, "pieces": [received]})
        return httpx.Response(201, json={"id": stored})

    gateway.when("POST", "documents/v1/documents", store)
    gateway.on("POST", f"{ADDRESS}/pieces/identity/announcement", {})
    sent = broker.send(f"{PAGE}/pieces", page, piece="identity", file=(io.BytesIO(b"%PDF-"), "carte.pdf"))
    assert sent.location == PAGE
    (upload,) = gateway.calls("POST", "documents/v1/documents")
    assert upload.headers["Authorization"].startswith("Bearer broker.")
    shown = broker.get(PAGE).text
    assert "Le document a bien été reçu." in shown
    assert "24/11/2026" in shown


def test_a_broker_says_which_file_he_sends(broker: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", ADDRESS, subscription(state="signed", pieces=[piece()]))
    refused = broker.send(f"{PAGE}/pieces", broker.get(PAGE), piece="identity")
    assert refused.status_code == 422
    assert 'id="file-erreur">Choisissez un fichier.' in refused.text


def test_a_manager_records_what_came_by_post(api: Visitor, gateway: FakeGateway) -> None:
    api.sign_in("manager")
    mandate = piece(code="signed_mandate", kind="piece.signed_mandate", label="Mandat SEPA signé")
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(pieces=[mandate]))
    gateway.on("GET", "quoting/v1/files", {"items": [{"id": FILE}], "next_cursor": None})
    found = api.get("/gestion/dossiers?numero=ris-0000000033")
    assert found.location == f"/gestion/dossiers/{FILE}"
    assert gateway.calls("GET", "quoting/v1/files")[0].url.params["number"] == "RIS-0000000033"
    path = f"quoting/v1/files/{FILE}/pieces/signed_mandate/receipt"
    gateway.refuse("POST", path, 422, "date.refused", "", signed_on="Cette date va du 22 au 23.")
    page = api.get(f"/gestion/dossiers/{FILE}")
    assert "Signée le" in page.text
    typed = {"received_on": "2026-11-25", "signed_on": "2026-11-29"}
    refused = api.send(f"/gestion/dossiers/{FILE}/courrier/signed_mandate", page, outcome="accepted", **typed)
    assert refused.status_code == 422
    assert 'id="signed_on-erreur">Cette date va du 22 au 23.' in refused.text
    assert 'value="2026-11-29"' in refused.text
    assert body_of(gateway.calls("POST", path)[0]) == {**typed, "outcome": "accepted", "reason": None}
    gateway.on("GET", "quoting/v1/files", {"items": [], "next_cursor": None})
    assert "Aucun dossier ne porte ce numéro." in api.get("/gestion/dossiers?numero=RIS-9").text


def test_a_page_of_one_subscription_does_nothing_to_the_next(broker: Visitor, gateway: FakeGateway) -> None:
    """Beside one client with two quotes: what was typed for the first is not submitted to the second."""
    broker.send(f"{PAGE}/accompagnement", broker.get(PAGE), client_present="on")
    first = broker.get("/souscription/adhesion")
    broker.send(f"{PAGE}/accompagnement", broker.get(PAGE), client_present="on")
    stale = broker.send("/souscription/adhesion", first, _step="documents")
    assert stale.status_code == 400
    assert gateway.calls("POST", f"{ADDRESS}/submission") == []
