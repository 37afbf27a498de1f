"""What the services say, as short as the pages can bear."""

from __future__ import annotations

from typing import Any

import httpx

from plumbing.ids import new_id
from tests.services.portal.gateway import FakeGateway, body_of

ROLES = ("broker", "member", "manager")
SUBSCRIPTION = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a01"
CLIENT = new_id()
CONTRACT = new_id()
DOCUMENT = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02"
CLAIM = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03"
FILE = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a04"
EVENT = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a05"
QUOTE = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a06"

LEVELS = [{"code": "minimal", "label": "Minimal"}, {"code": "medium", "label": "Médian"}]
PRODUCT = {
    "code": "horizon-tns",
    "name": "Horizon TNS",
    "summary": "Complémentaire santé",
    "association": None,
    "regimes": [{"code": "general", "label": "Régime Général"}],
    "needs": {"areas": [], "levels": LEVELS},
    "option": {"code": "SURCO", "label": "Surcomplémentaire"},
    "guarantees": [],
    "documents": [],
}


def formula(code: str, *, option: bool = True) -> dict[str, Any]:
    extra = {"code": "SURCO", "label": "Surcomplémentaire", "monthly": "25.06", "lines": []}
    return {
        "code": code,
        "label": f"Horizon TNS {code}",
        "monthly": "1382.76",
        "annual": "16593.12",
        "option": extra if option else None,
        "lines": [],
    }


PRICES = {
    "recommended": "300",
    "recommendation_reasons": ["La formule 300 couvre tous les besoins."],
    "formulas": [formula("100", option=False), formula("300")],
}
PERSON = {
    "civility": "madame",
    "last_name": "Roussel",
    "birth_name": None,
    "first_name": "Camille",
    "birth_date": "1985-05-14",
    "address": "12 rue des Tilleuls",
    "address_extra": None,
    "postcode": "16000",
    "town": "Angoulême",
    "country": "FR",
    "email": "camille@example.org",
    "mobile": None,
}


CLIENT_ROW = {"id": CLIENT, **PERSON, "role": "Client"}
CLIENT_FILE = {**CLIENT_ROW, "account": {"arrears": "0.00", "unallocated": "0.00", "balance": "0.00"}}


def version(quote_id: str, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": quote_id,
        "version": number,
        "status": "validated",
        "status_label": "Validé",
        "formula_label": "Horizon TNS 300",
        "monthly": "1382.76",
        "tariff_version": "2026.1",
        "created_at": "2026-11-22T09:00:00Z",
        "expires_on": "2026-12-22",
        "modifiable": True,
        **changes,
    }


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "id": CONTRACT,
        "contract_id": None,
        "number": "RIS-0000000012",
        "product_name": "Horizon TNS",
        "formula_label": "Horizon TNS 300",
        "progress": "awaiting_documents",
        "progress_label": "En attente de pièces",
        "managed_by": "Cabinet Lemaire",
        "annual": "5612.45",
        "client_id": CLIENT,
        "quote_id": new_id(),
        "quote_number": "RIS-0000000016",
        "quote_version": 1,
        "amendment": "0001",
        "signature_label": "En cours",
        "monthly": "467.70",
        "effective_date": "2026-12-01",
        "main_due_date": "01/01",
        "next_renewal": "2027-01-01",
        "payment_means": "Prélèvement",
        "payment_calendar": "Mensuel",
        "profile": {"regime": "general", "spouse_birth_date": "1973-08-17", "children": 0},
        "needs": dict.fromkeys(("optical", "dental", "hearing", "hospital", "fees"), "minimal"),
        "product_code": "horizon-tns",
        "covered": [
            {
                "role": "spouse",
                "role_label": "Conjoint(e)",
                "first_name": "Paul",
                "last_name": "Roussel",
                "birth_date": "1973-08-17",
            }
        ],
        **changes,
    }


def quote(quote_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": quote_id,
        "number": "RIS-0000000033",
        "version": 1,
        "status": "validated",
        "status_label": "Validé",
        "product_code": "horizon-tns",
        "product_name": "Horizon TNS",
        "formula": "300",
        "formula_label": "Horizon TNS 300",
        "with_option": False,
        "option_monthly": None,
        "monthly": "1382.76",
        "annual": "16593.12",
        "effective_date": "2026-11-22",
        "expires_on": "2026-12-22",
        "document_id": DOCUMENT,
        "client_id": CLIENT,
        "client": PERSON,
        "created_at": "2026-11-22T09:00:00Z",
        "profile": {
            "regime": "general",
            "postcode": "16000",
            "town": "Angoulême",
            "birth_date": "1985-05-14",
            "spouse_birth_date": None,
            "children": 2,
        },
        "needs": dict.fromkeys(("optical", "dental", "hearing", "hospital", "fees"), "minimal"),
        "choice_reason": None,
        "lines": [],
        **changes,
    }


STAGES = [
    {"number": number, "label": f"Étape {number}", "state": "current" if number == 1 else "to_come"}
    for number in range(1, 7)
]


def subscription(**changes: Any) -> dict[str, Any]:
    return {
        "id": SUBSCRIPTION,
        "state": "open",
        "quote": quote(new_id()),
        "identity": PERSON,
        "expected": {"spouse_birth_date": None, "children": 1},
        "tns_required": True,
        "debit_days": [5, 10, 15],
        "documents": [
            {"document_id": DOCUMENT, "kind": "ipid", "title": "IPID", "required": True},
            {"document_id": new_id(), "kind": "examples", "title": "Exemples", "required": False},
        ],
        "signature": None,
        "papers": [],
        "sealed_papers": [],
        "file": None,
        "pieces": [],
        "stages": STAGES,
        "assistance": None,
        "attestations": [],
        **changes,
    }


def claim(**changes: Any) -> dict[str, Any]:
    return {
        "id": CLAIM,
        "reference": "00000001",
        "state": "submitted",
        "state_label": "Envoyée",
        "contract_number": "RIS-0000000001",
        "formula": "Horizon TNS 300",
        "beneficiary": {"beneficiary_id": new_id(), "name": "Camille Roussel"},
        "care_date": "2026-11-20",
        "received_on": "2026-11-21",
        "paid_on": None,
        "amount": None,
        "description": "Consultation",
        "message": None,
        "document_ids": [],
        "refusal_reason": None,
        "lines": [],
        "totals": None,
        "payment": None,
        **changes,
    }


def agenda_event(**changes: Any) -> dict[str, Any]:
    return {
        "id": EVENT,
        "happening": "quote_issued",
        "label": "Devis émis et envoyé au client",
        "description": (
            "Pour le client\u00a0: Mme\u00a0Camille Roussel, dossier Horizon TNS, Horizon TNS 300, "
            "Devis émis et envoyé au client."
        ),
        "detail": None,
        "domain": "Devis n°\u00a0RIS-0000000033 / 1",
        "client": {"id": new_id(), "civility": "madame", "first_name": "Camille", "last_name": "Roussel"},
        "quote_id": QUOTE,
        "product_name": "Horizon TNS",
        "formula_label": "Horizon TNS 300",
        "effective_date": "2026-11-22",
        "created_at": "2026-11-22T08:25:00Z",
        "closed_at": None,
        "revision": 3,
        **changes,
    }


def fill(gateway: FakeGateway) -> None:
    """Let every service answer as on a good day."""

    def session(request: httpx.Request) -> httpx.Response:
        role = body_of(request)["identifier"].partition("@")[0]
        return httpx.Response(200, json=tokens(role))

    def issue(request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        made = gateway.quotes.setdefault(key, quote(new_id()))
        return httpx.Response(201, json=made)

    gateway.when("POST", "member/v1/sessions", session)
    gateway.on("DELETE", "member/v1/sessions", None)
    me = {"display_name": "Claire Lemaire", "company": "Cabinet Lemaire", "mobile": "+33145670001"}
    gateway.on("GET", "member/v1/me", {**me, "email": "courtier@lemaire.example"})
    gateway.on(
        "POST", "quoting/v1/guest-sessions", {**tokens("guest"), "refresh_token": "", "subscription_id": SUBSCRIPTION}
    )
    gateway.on(
        "POST",
        "quoting/v1/assisted-sessions",
        {
            **tokens("guest"),
            "refresh_token": "",
            "subscription_id": SUBSCRIPTION,
            "attested_at": "2026-11-22T08:00:00Z",
        },
        status=201,
    )
    gateway.on("GET", "quoting/v1/quotes", {"items": [quote(new_id())], "next_cursor": None})
    gateway.on("GET", "quoting/v1/quotes/[^/]+", quote(new_id()))
    gateway.when("POST", "quoting/v1/quotes", issue)
    gateway.on("GET", "quoting/v1/quotes/[^/]+/versions", {"items": [], "next_cursor": None})
    gateway.on("POST", "quoting/v1/portfolio/client-searches", {"items": [CLIENT_ROW], "next_cursor": None})
    gateway.on("GET", "quoting/v1/portfolio/quotes", {"items": [quote(new_id())], "next_cursor": None})
    gateway.on("GET", f"quoting/v1/portfolio/clients/{CLIENT}", CLIENT_FILE)
    gateway.on("GET", f"quoting/v1/portfolio/clients/{CLIENT}/quotes", {"items": [], "next_cursor": None})
    gateway.on("GET", f"quoting/v1/portfolio/clients/{CLIENT}/contracts", {"items": [], "next_cursor": None})
    gateway.on("GET", f"quoting/v1/portfolio/contracts/{CONTRACT}", contract())
    gateway.on("POST", "quoting/v1/agenda/searches", {"items": [agenda_event()], "total": 1, "next_cursor": None})
    gateway.on("POST", "quoting/v1/prices", PRICES)
    gateway.on("GET", "quoting/v1/products", {"items": [PRODUCT]})
    gateway.on("GET", "quoting/v1/products/horizon-tns", PRODUCT)
    gateway.on("GET", "quoting/v1/towns", {"items": [{"name": "Angoulême"}, {"name": "Fléac"}]})
    gateway.on("GET", "quoting/v1/files", {"items": [], "next_cursor": None})
    gateway.on("GET", f"quoting/v1/subscriptions/{SUBSCRIPTION}", subscription())
    gateway.on("GET", "signature/v1/ceremonies", {"items": [], "next_cursor": None})
    gateway.on("GET", "claims/v1/claims", {"items": [], "next_cursor": None})
    gateway.on("GET", f"claims/v1/claims/{CLAIM}", claim())
    gateway.on("GET", "claims/v1/acts", {"items": [{"act": "specialist", "label": "Consultation spécialiste"}]})
    gateway.on("GET", "documents/v1/documents", {"items": [], "next_cursor": None})
    gateway.on("GET", "member/v1/me/contracts", {"items": []})
    gateway.on("GET", "member/v1/me/preferences", {"benefits_by_email": True, "benefits_by_sms": False}, ETag='"1"')


def tokens(role: str, *, expires_in: int = 600) -> dict[str, Any]:
    """As long as the real ones are."""
    return {
        "access_token": f"{role}." + "a" * 470,
        "refresh_token": f"{role}." + "r" * 36,
        "expires_in": expires_in,
        "role": role,
        "display_name": "Anne-Charlotte de La Rochefoucauld-Montmorency",
    }
