"""The managers' queue: pieces, verdicts, creation, and what each event does to a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


def decide(api: Any, file_id: str, document_id: str, outcome: str, reason: str | None = None) -> Any:
    path = f"/files/{file_id}/pieces/{document_id}/decision"
    return api.post(path, {"outcome": outcome, "reason": reason, "signed_on": "2026-11-23"}, role="manager")


def create(api: Any, file_id: str, **caller: Any) -> Any:
    return api.post(f"/files/{file_id}/creation", **{"role": "manager", **caller})


@pytest.mark.feature("F-144")
def test_a_file_awaits_its_pieces_from_the_submission_on(api: Any) -> None:
    subscription = api.subscribe()
    file = api.file_of(subscription["id"])
    assert (file["status_label"], file["signature_label"]) == ("En attente de pièces", "En cours")
    assert {piece["status_label"] for piece in file["pieces"]} == {"À fournir"}
    assert [piece["code"] for piece in file["pieces"] if piece["mandatory"]] == [
        "identity",
        "bank_account",
        "social_security.0",
        "company",
    ]


@pytest.mark.feature("F-136", "F-145")
def test_the_first_piece_transmits_the_file(api: Any) -> None:
    subscription = api.subscribe()
    document_id = api.send_piece(subscription["id"])
    file = api.file_of(subscription["id"])
    assert file["status_label"] == "Dossier transmis"
    assert (file["pieces"][0]["document_id"], file["pieces"][0]["status_label"]) == (document_id, "Reçue")
    (event,) = api.world.said("quoting.file.transmitted.v1")
    assert event.data == {
        "subscription_id": subscription["id"],
        "file_id": file["id"],
        "broker_id": factories.BROKER_ID,
    }
    api.send_piece(subscription["id"], "piece.bank_account")
    assert len(api.world.said("quoting.file.transmitted.v1")) == 1


@pytest.mark.feature("F-121")
def test_a_signature_makes_the_field_signed_and_the_quote_subscribed(api: Any) -> None:
    subscription = api.subscribe()
    api.sign(subscription["id"])
    after = api.subscription(subscription["id"])
    assert (after["file"]["signature_label"], after["quote"]["status_label"]) == ("Signé", "Souscrit")
    assert after["file"]["status_label"] == "En attente de pièces"


@pytest.mark.parametrize(
    ("ending", "quote_status"),
    [("refused", "Décliné"), ("failed", "En attente de validation"), ("expired", "En attente de validation")],
)
def test_a_ceremony_that_ends_unsigned_leaves_the_field_open(api: Any, ending: str, quote_status: str) -> None:
    subscription = api.subscribe()
    data = {
        "ceremony_id": new_id(),
        "subject": f"subscription:{subscription['id']}",
        "reference": "X",
        "product_name": "P",
        "cause": "wrong_codes",
    }
    api.world.hear(f"signature.ceremony.{ending}.v1", data)
    after = api.subscription(subscription["id"])
    assert after["state"] == ending
    assert (after["file"]["signature_label"], after["quote"]["status_label"]) == ("En cours", quote_status)
    api.sign(subscription["id"])
    assert api.subscription(subscription["id"])["state"] == ending


@pytest.mark.feature("F-146", "F-147")
def test_a_manager_judges_the_pieces_and_creates_the_membership(api: Any) -> None:
    subscription = api.subscribe()
    api.sign(subscription["id"])
    identity = api.send_piece(subscription["id"])
    bank = api.send_piece(subscription["id"], "piece.bank_account")
    file_id = subscription["file"]["id"]
    queue = api.get("/files?status=transmitted", role="manager").json["items"]
    assert [(each["id"], each["last_name"]) for each in queue] == [(file_id, "Moreau")]

    assert decide(api, file_id, identity, "accepted").status_code == 200
    refused = decide(api, file_id, bank, "refused", "Document illisible")
    pieces = {piece["code"]: piece for piece in refused.json["pieces"]}
    assert pieces["identity"]["status_label"] == "Acceptée"
    assert (pieces["bank_account"]["status_label"], pieces["bank_account"]["reason"]) == (
        "Refusée",
        "Document illisible",
    )

    contract = create(api, file_id)
    assert contract.status_code == 201
    assert contract.json["number"] == "RIS-0000000001"
    assert contract.json["missing_pieces"] == ["bank_account", "social_security.0", "company"]
    assert api.file_of(subscription["id"])["status_label"] == "Adhésion créée"
    (event,) = api.world.said("quoting.contract.created.v1")
    assert event.data["number"] == contract.json["number"]
    assert refusal(create(api, file_id)) == (409, "file.already_created", [])
    assert refusal(decide(api, file_id, identity, "accepted")) == (409, "file.already_created", [])


def test_contracts_and_quotes_count_apart(api: Any) -> None:
    api.issue()
    quote = api.issue()
    assert quote["number"] == "RIS-0000000002"
    subscription = api.subscribe(quote)
    api.sign(subscription["id"])
    api.send_piece(subscription["id"])
    assert create(api, subscription["file"]["id"]).json["number"] == "RIS-0000000001"


def test_no_membership_without_a_piece_and_the_answer_lists_what_is_missing(api: Any) -> None:
    subscription = api.subscribe()
    api.sign(subscription["id"])
    answer = create(api, subscription["file"]["id"])
    assert refusal(answer)[:2] == (409, "file.no_piece")
    assert [error["message"] for error in answer.json["errors"]] == [
        "Copie recto verso de votre pièce d’identité en cours de validité",
        "Relevé d’identité bancaire (RIB)",
        "Copie de l’attestation d’assuré social",
        "Extrait Kbis de moins de 3 mois ou acte d’inscription au répertoire Sirene",
    ]


def test_no_membership_without_a_signature(api: Any) -> None:
    subscription = api.subscribe()
    api.send_piece(subscription["id"])
    assert refusal(create(api, subscription["file"]["id"])) == (409, "file.not_signed", [])


def test_a_late_signature_moves_the_beginning(api: Any) -> None:
    subscription = api.subscribe(api.issue(factories.quote(effective_date="2026-11-23")))
    api.world.clock.advance(timedelta(days=2))
    api.sign(subscription["id"])
    api.send_piece(subscription["id"])
    assert create(api, subscription["file"]["id"]).json["valid_from"] == "2026-11-26"


@pytest.mark.feature("F-348")
def test_papers_signed_by_hand_make_the_file_signed_once_accepted(api: Any) -> None:
    subscription = api.subscribe(signature_mode="handwritten", mobile=None)
    assert api.world.said("quoting.subscription.ready_to_sign.v1") == []
    file = api.file_of(subscription["id"])
    assert (file["status_label"], file["signature_label"]) == ("En attente de pièces", "En cours")
    form = api.send_piece(subscription["id"], "piece.signed_application")
    mandate = api.send_piece(subscription["id"], "piece.signed_mandate")
    assert decide(api, file["id"], form, "accepted").json["signature_label"] == "En cours"
    assert decide(api, file["id"], mandate, "accepted").json["signature_label"] == "Signé"
    assert api.subscription(subscription["id"])["quote"]["status_label"] == "Souscrit"
    assert create(api, file["id"]).status_code == 201


def test_a_refusal_needs_a_reason_and_a_verdict_a_piece(api: Any) -> None:
    subscription = api.subscribe()
    document_id = api.send_piece(subscription["id"])
    file_id = subscription["file"]["id"]
    assert refusal(decide(api, file_id, document_id, "refused")) == (422, "reason.missing", ["reason"])
    assert refusal(decide(api, file_id, new_id(), "accepted")) == (404, "piece.not_found", [])
    assert refusal(decide(api, new_id(), document_id, "accepted")) == (404, "file.not_found", [])
    assert refusal(decide(api, file_id, document_id, "maybe")) == (422, "validation", ["outcome"])


def test_another_insurers_manager_finds_nothing(api: Any) -> None:
    subscription = api.subscribe()
    file_id = subscription["file"]["id"]
    assert api.get("/files", role="manager", tenant="plateau").json["items"] == []
    assert refusal(api.get(f"/files/{file_id}", role="manager", tenant="plateau")) == (404, "file.not_found", [])
    assert refusal(create(api, file_id, tenant="plateau")) == (404, "file.not_found", [])


@pytest.mark.parametrize("role", ["broker", "guest", "member", "service"])
def test_only_managers_work_on_files(api: Any, role: str) -> None:
    file_id = new_id()
    assert api.get("/files", role=role).status_code == 403
    assert api.get(f"/files/{file_id}", role=role).status_code == 403
    assert create(api, file_id, role=role).status_code == 403


def test_the_queue_is_paged_oldest_first(api: Any) -> None:
    files = []
    for _ in range(3):
        submitted = api.submit(api.issue()).json
        api.send_piece(submitted["id"])
        files.append(submitted["file"]["id"])
    first = api.get("/files?limit=2", role="manager").json
    rest = api.get(f"/files?limit=2&cursor={first['next_cursor']}", role="manager").json
    assert [each["id"] for each in first["items"] + rest["items"]] == files
    assert rest["next_cursor"] is None


def test_two_managers_create_one_membership(api: Any) -> None:
    subscription = api.subscribe()
    api.sign(subscription["id"])
    api.send_piece(subscription["id"])
    file_id = subscription["file"]["id"]
    key = new_id()
    first, again, other = create(api, file_id, key=key), create(api, file_id, key=key), create(api, file_id)
    assert (first.status_code, again.json, other.status_code) == (201, first.json, 409)
    assert len(api.world.said("quoting.contract.created.v1")) == 1


def test_a_file_shows_neither_number_nor_account_in_full(api: Any) -> None:
    subscription = api.subscribe()
    answer = api.get(f"/files/{subscription['file']['id']}", role="manager")
    assert answer.json["nir_masked"] == "2 85 05 •• ••• ••• ••"
    assert factories.NIR not in answer.text
    assert factories.IBAN not in answer.text
