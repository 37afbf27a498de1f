"""Claims as members send them and managers decide them; files; preferences."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest

from plumbing.ids import new_id
from tests.services.portal.answers import CLAIM, FILE, PERSON, SUBSCRIPTION, claim, quote, subscription
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

NEW = "/adherent/demandes/nouvelle"
CONTRACT, MOTHER = new_id(), new_id()
COVERED = {
    "contract_id": CONTRACT,
    "beneficiaries": [{"beneficiary_id": MOTHER, "first_name": "Camille", "last_name": "Roussel"}],
}
ANSWERS = {"person": f"{CONTRACT}|{MOTHER}", "care_date": "2026-11-20", "description": "Consultation"}


@pytest.fixture
def member(api: Visitor, gateway: FakeGateway) -> Visitor:
    gateway.on("GET", "claims/v1/contracts", {"items": [COVERED]})
    gateway.on("POST", "claims/v1/claims", claim(state="draft"), status=201)
    gateway.when("POST", "documents/v1/documents", lambda _request: httpx.Response(201, json={"id": new_id()}))
    gateway.on("POST", f"claims/v1/claims/{CLAIM}/submission", claim())
    api.sign_in("member")
    return api


@pytest.fixture
def manager(api: Visitor) -> Visitor:
    api.sign_in("manager")
    return api


def files(*names: str) -> list[Any]:
    return [(io.BytesIO(name.encode()), name) for name in names]


def test_a_claim_is_opened_filled_and_sent_in_one_page(member: Visitor, gateway: FakeGateway) -> None:
    done = member.send(NEW, member.get(NEW), **ANSWERS, files=files("facture.pdf", "ordonnance.jpg"))
    assert done.location == f"/adherent/demandes/{CLAIM}"
    assert body_of(gateway.calls("POST", "claims/v1/claims")[0])["beneficiary_id"] == MOTHER
    assert len(body_of(gateway.calls("POST", f"claims/v1/claims/{CLAIM}/submission")[0])["document_ids"]) == 2
    keys = {one.headers["Idempotency-Key"] for one in gateway.calls("POST", ".*/v1/.*") if one.url.path[5:8] != "mem"}
    assert len(keys) == 4, "every act has a key of its own"


def test_a_claim_waits_until_its_files_are_known(member: Visitor, gateway: FakeGateway) -> None:
    refusals = iter(["claim.document_unknown", "claim.document_unknown"])

    def submit(_request: httpx.Request) -> httpx.Response:
        code = next(refusals, None)
        return httpx.Response(409, json={"code": code, "detail": ""}) if code else httpx.Response(200, json=claim())

    gateway.when("POST", f"claims/v1/claims/{CLAIM}/submission", submit)
    assert member.send(NEW, member.get(NEW), **ANSWERS, files=files("facture.pdf")).status_code == 302
    assert len(gateway.calls("POST", f"claims/v1/claims/{CLAIM}/submission")) == 3


def test_after_a_refused_file_the_same_claim_goes_on(member: Visitor, gateway: FakeGateway) -> None:
    text = "Formats acceptés : JPG, PNG, PDF"
    gateway.refuse("POST", "documents/v1/documents", 422, "document.type", text, file=text)
    refused = member.send(NEW, member.get(NEW), **ANSWERS, files=files("note.txt"))
    assert refused.status_code == 422
    assert "«\u00a0note.txt\u00a0»\u00a0: Formats acceptés\u00a0: JPG, PNG, PDF" in refused.text
    assert 'value="2026-11-20"' in refused.text
    gateway.when("POST", "documents/v1/documents", lambda _request: httpx.Response(201, json={"id": new_id()}))
    assert member.send(NEW, refused, **ANSWERS, files=files("facture.pdf")).status_code == 302
    assert len(gateway.calls("POST", "claims/v1/claims")) == 1
    assert member.send(NEW, refused, **{**ANSWERS, "description": "Autre"}, files=files("f.pdf")).status_code == 302
    assert len(gateway.calls("POST", "claims/v1/claims")) == 2


def test_a_claim_that_was_begun_can_be_sent_from_its_page(member: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", f"claims/v1/claims/{CLAIM}", claim(state="draft", state_label="Brouillon", received_on=None))
    page = member.get(f"/adherent/demandes/{CLAIM}")
    assert "n’a pas encore été envoyée" in page.text
    assert member.send(f"/adherent/demandes/{CLAIM}", page, files=files("facture.pdf")).status_code == 302
    assert gateway.calls("POST", "claims/v1/claims") == []


def test_a_claim_needs_its_answers_and_one_to_ten_files(member: Visitor, gateway: FakeGateway) -> None:
    empty = member.send(NEW, member.get(NEW))
    assert empty.status_code == 422
    for name in ("person", "care_date", "description", "files"):
        assert f'id="{name}-erreur"' in empty.text
    names = [f"{number}.pdf" for number in range(11)]
    assert "Nombre maximal de fichiers\u00a0: 10." in member.send(NEW, empty, **ANSWERS, files=files(*names)).text
    assert gateway.calls("POST", "claims/v1/claims") == []


def test_without_a_contract_there_is_nothing_to_fill(member: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", "claims/v1/contracts", {"items": []})
    page = member.get(NEW).text
    assert "<textarea" not in page
    assert "dès que votre adhésion sera créée" in page


def test_preferences_are_changed_as_they_were_seen(member: Visitor, gateway: FakeGateway) -> None:
    gateway.on("PUT", "member/v1/me/preferences", {"benefits_by_email": False, "benefits_by_sms": True})
    page = member.get("/adherent/alertes")
    assert 'name="benefits_by_email" checked' in page.text
    etag = member.hidden(page, "_etag").replace("&#34;", '"')
    gateway.on("GET", "member/v1/me/preferences", {"benefits_by_email": False, "benefits_by_sms": True}, ETag='"2"')
    saved = member.send("/adherent/alertes", page, _etag=etag, benefits_by_sms="on")
    assert "Vos choix sont enregistrés." in saved.text
    put = gateway.calls("PUT", "member/v1/me/preferences")[0]
    assert put.headers["If-Match"] == '"1"'
    assert body_of(put) == {"benefits_by_email": False, "benefits_by_sms": True}


def test_a_manager_types_amounts_as_french_people_do(manager: Visitor, gateway: FakeGateway) -> None:
    path = f"claims/v1/claims/{CLAIM}/decision"
    gateway.on("POST", path, claim(state="accepted"))
    page = manager.get(f"/gestion/demandes/{CLAIM}")
    typed = {
        "act": "specialist",
        "care_date": "2026-11-20",
        "expense": "1 060,5",
        "base": "31,50",
        "scheme_rate": "70 %",
    }
    manager.send(f"/gestion/demandes/{CLAIM}/decision", page, outcome="accepted", optam="yes", **typed)
    (line,) = body_of(gateway.calls("POST", path)[0])["lines"]
    assert line == {
        "act": "specialist",
        "care_date": "2026-11-20",
        "expense": "1060.50",
        "base": "31.50",
        "scheme_rate": "70",
        "optam": True,
        "other_insurers": "0.00",
    }


def test_a_refused_decision_keeps_what_the_manager_typed(manager: Visitor, gateway: FakeGateway) -> None:
    path = f"claims/v1/claims/{CLAIM}/decision"
    gateway.refuse("POST", path, 422, "validation", "", lines__0__expense="Trop grand.", lines__0__optam="À préciser.")
    page = manager.get(f"/gestion/demandes/{CLAIM}")
    typed = {"outcome": "accepted", "act": "specialist", "care_date": "2026-11-20", "expense": "60"}
    refused = manager.send(f"/gestion/demandes/{CLAIM}/decision", page, **typed)
    assert refused.status_code == 422
    assert 'id="expense-erreur">Trop grand.' in refused.text
    assert 'id="optam-erreur">À préciser.' in refused.text
    assert '<option value="specialist" selected>' in refused.text


def file_of(**changes: Any) -> dict[str, Any]:
    document_id = new_id()
    piece = {
        "code": "identity",
        "label": "Pièce d’identité",
        "status": "received",
        "status_label": "Reçue",
        "document_id": document_id,
        "received_at": "2026-11-22T08:00:00Z",
        "reason": None,
    }
    return {
        "id": FILE,
        "subscription_id": SUBSCRIPTION,
        "quote_number": "RIS-0000000033",
        "status": "transmitted",
        "status_label": "Dossier transmis",
        "contract_number": None,
        "identity": PERSON,
        "nir_masked": "2 85 05 •• ••• ••• ••",
        "beneficiaries": [],
        "formula_label": "Horizon TNS 300",
        "quote": quote(new_id()),
        "payment": {"debit_day": 5, "iban": "FR76 •••• 0189", "account_holder": "C", "benefit_iban": None, "rum": "R"},
        "signature": {"mode": "electronic", "label": "Signé"},
        "pieces": [piece],
        "missing": [],
        **changes,
    }


def test_a_piece_is_refused_with_a_reason(manager: Visitor, gateway: FakeGateway) -> None:
    found = file_of()
    document_id = found["pieces"][0]["document_id"]
    gateway.on("GET", f"quoting/v1/files/{FILE}", found)
    gateway.on("GET", f"quoting/v1/subscriptions/{SUBSCRIPTION}", subscription(state="signed"))
    path = f"quoting/v1/files/{FILE}/pieces/{document_id}/decision"
    gateway.refuse("POST", path, 422, "reason.missing", "Indiquez pourquoi.", reason="Indiquez pourquoi.")
    page = manager.get(f"/gestion/dossiers/{FILE}")
    refused = manager.send(f"/gestion/dossiers/{FILE}/pieces/{document_id}", page, outcome="refused", reason="")
    assert refused.status_code == 422
    assert 'id="reason-erreur">Indiquez pourquoi.' in refused.text
    gateway.on("POST", path, found)
    manager.send(f"/gestion/dossiers/{FILE}/pieces/{document_id}", refused, outcome="accepted", reason="reste")
    assert body_of(gateway.calls("POST", path)[1]) == {
        "outcome": "accepted",
        "reason": None,
        "seen": "received",
        "signed_on": None,
    }


@pytest.mark.feature("F-147")
def test_a_verdict_on_a_piece_that_came_by_post_is_corrected_with_its_reason(
    manager: Visitor, gateway: FakeGateway
) -> None:
    past = {
        "outcome": "refused",
        "reason": "Illisible",
        "decided_at": "2026-11-21T08:00:00Z",
        "overturned_because": "Lisible à la loupe",
    }
    piece = {
        "code": "bank_account",
        "label": "RIB",
        "kind": "piece.bank_account",
        "status": "accepted",
        "status_label": "Acceptée",
        "document_id": None,
        "paper_received_on": "2026-11-21",
        "history": [past],
    }
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(pieces=[piece]))
    gateway.on("GET", f"quoting/v1/subscriptions/{SUBSCRIPTION}", subscription(state="signed"))
    path = f"quoting/v1/files/{FILE}/pieces/bank_account/correction"
    gateway.refuse("POST", path, 422, "validation", "", reason="Ce champ est obligatoire.")
    page = manager.get(f"/gestion/dossiers/{FILE}")
    assert "refusée le 21/11/2026 à 09:00 (Illisible). Motif de la correction" in page.text
    assert "Corriger le verdict" in page.text
    address = f"/gestion/dossiers/{FILE}/correction/bank_account"
    refused = manager.send(address, page, outcome="refused", reason="", seen="accepted")
    assert (refused.status_code, 'id="reason-erreur">Ce champ est obligatoire.' in refused.text) == (422, True)
    gateway.on("POST", path, {})
    assert manager.send(address, refused, outcome="refused", reason="Compte clos", seen="accepted").status_code == 302
    assert body_of(gateway.calls("POST", path)[1]) == {
        "outcome": "refused",
        "reason": "Compte clos",
        "seen": "accepted",
        "signed_on": None,
    }
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of(pieces=[piece], status="created"))
    assert "Corriger le verdict" not in manager.get(f"/gestion/dossiers/{FILE}").text


def test_a_membership_that_cannot_be_created_says_why(manager: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", f"quoting/v1/files/{FILE}", file_of())
    gateway.on("GET", f"quoting/v1/subscriptions/{SUBSCRIPTION}", subscription(state="signed"))
    text = "Aucune pièce justificative n’a été reçue."
    gateway.refuse("POST", f"quoting/v1/files/{FILE}/creation", 409, "file.no_piece", text)
    page = manager.send(f"/gestion/dossiers/{FILE}/adhesion", manager.get(f"/gestion/dossiers/{FILE}"))
    assert page.status_code == 409
    assert text in page.text
