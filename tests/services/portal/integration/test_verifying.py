"""The public page that tells an authentic paper from a modified or an unknown one."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway

PRINT = "ab" * 32
DOCUMENT = {
    "kind": "signed.bia",
    "title": "Bulletin individuel d’adhésion",
    "reference": "7K2M9QXA",
    "level": "PAdES-B-LT",
    "signed_at": "2026-11-23T11:00:00Z",
    "sealed_at": "2026-11-23T11:00:05Z",
}


def answer(verdict: str, *reasons: str) -> dict[str, Any]:
    document = DOCUMENT if verdict == "authentic" else None
    return {"verdict": verdict, "sha256": PRINT, "defects": [], "reasons": list(reasons), "document": document}


def test_a_verification_that_is_not_ready_says_so(api: Visitor, gateway: FakeGateway) -> None:
    text = "La vérification n’est pas encore prête\u00a0: notre cachet n’est pas en service."
    gateway.refuse("POST", "signature/v1/verifications", 503, "verification.not_ready", text)
    page = send(api)
    assert page.status_code == 503
    assert text in page.text


def send(api: Visitor, content: bytes = b"%PDF") -> Any:
    return api.send("/verifier", api.get("/verifier"), file=(BytesIO(content), "recu.pdf"))


def test_nobody_has_to_sign_in(api: Visitor) -> None:
    page = api.get("/verifier")
    assert page.status_code == 200
    assert 'href="/verifier"' in api.get("/").text


def test_a_known_print_says_authentic_and_sends_nothing(api: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", f"signature/v1/verifications/{PRINT}", answer("authentic"))
    assert api.get(f"/verifier/empreinte/{PRINT}").status_code == 204
    page = api.get(f"/verifier?empreinte={PRINT.upper()}").text
    assert "Document authentique" in page
    assert "7K2M9QXA" in page
    assert gateway.calls("POST", "signature/v1/verifications") == []


def test_an_unknown_print_has_the_script_send_the_file(api: Visitor, gateway: FakeGateway) -> None:
    gateway.on("GET", f"signature/v1/verifications/{PRINT}", answer("unknown", "Nous ne l’avons pas délivré."))
    assert api.get(f"/verifier/empreinte/{PRINT}").status_code == 200
    assert api.get("/verifier/empreinte/nothing").status_code == 404
    assert "Document inconnu" in api.get(f"/verifier?empreinte={PRINT}").text


@pytest.mark.parametrize(
    ("verdict", "title"),
    [("authentic", "Document authentique"), ("modified", "Document modifié"), ("unknown", "Document inconnu")],
)
def test_without_script_the_file_is_sent_and_answered(
    api: Visitor, gateway: FakeGateway, verdict: str, title: str
) -> None:
    gateway.on("POST", "signature/v1/verifications", answer(verdict, "Quelque chose a été ajouté après le cachet."))
    page = send(api)
    assert (page.status_code, title in page.text) == (200, True)
    assert ("ajouté après" in page.text) == (verdict == "modified")
    [call] = gateway.calls("POST", "signature/v1/verifications")
    assert b"%PDF" in call.content
    assert b"recu.pdf" not in call.content


def test_what_cannot_be_checked_is_told(api: Visitor, gateway: FakeGateway) -> None:
    assert send(api, b"").status_code == 422
    assert api.get("/verifier?empreinte=abc").status_code == 422
    gateway.refuse("POST", "signature/v1/verifications", 413, "file.too_large", "Le fichier dépasse 10 Mo.")
    assert (send(api).status_code, "dépasse" in send(api).text) == (413, True)
    gateway.refuse("POST", "signature/v1/verifications", 429, "rate_limited", "Réessayez dans une minute.")
    assert send(api).status_code == 429
    gateway.down.add("signature")
    assert send(api).status_code == 503
