"""The managers' page of what two of them do together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

REQUEST = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1e01"
EVIDENCE = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1e02"


def request_of(**more: Any) -> dict[str, Any]:
    usual = {
        "id": REQUEST,
        "ceremony_id": REQUEST,
        "reference": "7K2M9QXA",
        "act": "export",
        "act_label": "Remise du dossier de preuve",
        "reason": "Réquisition du tribunal",
        "state": "asked",
        "mine": False,
        "evidence_document_id": None,
        "asked_by": "anne",
        "asked_at": "2026-11-23T11:00:00Z",
        "decided_by": None,
        "decided_at": None,
    }
    return {**usual, **more}


def shows(gateway: FakeGateway, *requests: dict[str, Any]) -> None:
    gateway.on("GET", "signature/v1/act-requests", {"items": list(requests), "next_cursor": None})


@pytest.fixture
def manager(api: Visitor, gateway: FakeGateway) -> Visitor:
    api.sign_in("manager")
    shows(gateway)
    return api


def test_a_manager_asks(manager: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", "signature/v1/act-requests", request_of(), status=201)
    page = manager.get("/gestion/preuves")
    answer = manager.send("/gestion/preuves", page, reference="7k2m9qxa", act="export", reason="Tribunal")
    assert answer.status_code == 302
    [call] = gateway.calls("POST", "signature/v1/act-requests")
    assert body_of(call) == {"reference": "7K2M9QXA", "act": "export", "reason": "Tribunal"}


def test_a_hold_needs_nobody_else(manager: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", "signature/v1/legal-holds", {}, status=201)
    page = manager.get("/gestion/preuves")
    assert manager.send("/gestion/preuves", page, reference="7K2M9QXA", act="hold", reason="Litige").status_code == 302
    assert len(gateway.calls("POST", "signature/v1/legal-holds")) == 1


def test_what_is_missing_or_unknown_is_said(manager: Visitor, gateway: FakeGateway) -> None:
    page = manager.get("/gestion/preuves")
    assert manager.send("/gestion/preuves", page, reference="", act="export", reason="").status_code == 422
    gateway.refuse("POST", "signature/v1/act-requests", 404, "ceremony.not_found", "Introuvable.")
    answer = manager.send("/gestion/preuves", page, reference="00000000", act="export", reason="Tribunal")
    assert "Aucune signature ne porte cette référence" in answer.text


def test_another_decides_and_who_asked_cannot(manager: Visitor, gateway: FakeGateway) -> None:
    shows(gateway, request_of(mine=True))
    assert "Accorder" not in manager.get("/gestion/preuves").text
    shows(gateway, request_of())
    gateway.on("POST", f"signature/v1/act-requests/{REQUEST}/decision", request_of(state="approved"))
    answer = manager.send(f"/gestion/preuves/{REQUEST}", manager.get("/gestion/preuves"), decision="approved")
    assert answer.status_code == 302
    [call] = gateway.calls("POST", f"signature/v1/act-requests/{REQUEST}/decision")
    assert body_of(call) == {"approved": True}


def test_who_asked_downloads_what_was_agreed(manager: Visitor, gateway: FakeGateway) -> None:
    shows(gateway, request_of(state="approved", mine=True, evidence_document_id=EVIDENCE))
    assert f"/documents/manager/{EVIDENCE}" in manager.get("/gestion/preuves").text
    shows(gateway, request_of(state="approved"))
    assert "Télécharger" not in manager.get("/gestion/preuves").text
