"""What each situation asks for, what comes in and how, and what the client is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.answers import refusal


def asked_of(api: Any, relatives: list[dict[str, Any]], **changes: Any) -> dict[str, dict[str, Any]]:
    """Subscribe with these people and return what is asked for, by code."""
    children = sum(each["role"] == "child" for each in relatives)
    spouse = next((each["birth_date"] for each in relatives if each["role"] == "spouse"), None)
    quote = api.issue(factories.quote(profile=factories.profile(spouse_birth_date=spouse, children=children)))
    answer = api.submit(quote, beneficiaries=relatives, **changes)
    assert answer.status_code == 201, answer.json
    return {piece["code"]: piece for piece in answer.json["pieces"]}


def child(born: str, **changes: Any) -> dict[str, Any]:
    return {"role": "child", "first_name": "Élise", "last_name": "Moreau", "birth_date": born, **changes}


SIGNED_ON = "2026-11-23"


def decide(api: Any, file_id: str, document_id: str, outcome: str, **body: Any) -> Any:
    path = f"/files/{file_id}/pieces/{document_id}/decision"
    return api.post(path, {"outcome": outcome, "reason": None, "signed_on": SIGNED_ON, **body}, role="manager")


@pytest.mark.feature("F-135")
@pytest.mark.parametrize(
    ("tie", "label"),
    [
        ("married", None),
        ("civil_union", "Copie du pacte civil de solidarité (PACS) conclu avec Paul"),
        ("cohabiting", "Justificatif du domicile commun avec Paul"),
    ],
)
def test_the_tie_with_the_spouse_says_what_proves_it(api: Any, tie: str, label: str | None) -> None:
    asked = asked_of(api, [{**factories.relatives()[0], "tie": tie}])
    found = asked.get("situation.1.1")
    assert (found and found["label"], found and found["mandatory"]) == (label, True if label else None)


def test_the_tie_with_the_spouse_is_asked_for(api: Any) -> None:
    quote = api.issue(factories.quote(profile=factories.profile(spouse_birth_date="1987-02-03")))
    answer = api.submit(quote, beneficiaries=[{**factories.relatives()[0], "tie": None}])
    assert refusal(answer) == (422, "validation", ["beneficiaries.0.tie"])


@pytest.mark.feature("F-134")
@pytest.mark.parametrize(("born", "asked"), [("2008-11-23", True), ("2008-11-24", False)])
def test_a_child_of_eighteen_proves_his_situation(api: Any, born: str, asked: bool) -> None:
    pieces = asked_of(api, [child(born)])
    assert ("situation.1.1" in pieces) is asked
    if asked:
        label = "Justificatif de la situation d’Élise (études, alternance, contrat de travail)"
        assert pieces["situation.1.1"]["label"] == label


@pytest.mark.feature("F-133")
@pytest.mark.parametrize("disabled", [True, False])
def test_a_disabled_child_brings_card_and_allowance(api: Any, disabled: bool) -> None:
    pieces = asked_of(api, [child("2015-06-01", disabled=disabled)])
    assert ("situation.1.1" in pieces) is disabled
    if disabled:
        assert pieces["situation.1.1"]["label"] == "Carte d’invalidité d’Élise et justificatif de son allocation (AAH)"


def test_no_code_and_nothing_kept_in_clear_tells_of_health(api: Any) -> None:
    """Codes stand in addresses, and the codes of what was missing stay in clear."""
    profile = factories.profile(children=1)
    quote = api.issue(factories.quote(profile=profile))
    grown = child("2006-06-01", disabled=True)
    subscription = api.subscribe(quote, beneficiaries=[grown])
    kinds = {piece["code"]: piece["kind"] for piece in subscription["pieces"]}
    assert (kinds["situation.1.1"], kinds["situation.1.2"]) == ("piece.adult_child", "piece.disability")
    card = api.send_piece(subscription["id"], "piece.disability")
    file = api.file_of(subscription["id"])
    (piece,) = (piece for piece in file["pieces"] if piece["document_id"] == card)
    assert piece["code"] == "situation.1.2"
    decide(api, file["id"], card, "refused", reason="Illisible")
    api.send_piece(subscription["id"])
    api.sign(subscription["id"])
    created = api.post(f"/files/{file['id']}/creation", role="manager").json
    assert {"situation.1.1", "situation.1.2"} < set(created["missing_pieces"])
    assert "disab" not in api.world.dump().replace("'disabled'", "")


@pytest.mark.feature("F-131")
@pytest.mark.parametrize("differs", [True, False])
def test_another_address_on_the_identity_document_asks_for_a_proof(api: Any, differs: bool) -> None:
    piece = asked_of(api, [], address_differs=differs)["address"]
    assert piece["mandatory"] is differs


@pytest.mark.feature("F-130")
def test_two_certificates_each_stand_for_their_own_person(api: Any) -> None:
    """The spouse's came first and is said to be his, before or after the file hears of it."""
    quote = api.issue(factories.family_quote())
    subscription = api.subscribe(quote, beneficiaries=factories.relatives())
    guest = api.as_guest(subscription["id"])

    def announce(code: str, document_id: str) -> Any:
        body = {"document_id": document_id}
        return api.post(f"/subscriptions/{subscription['id']}/pieces/{code}/announcement", body, **guest)

    spouses = api.send_piece(subscription["id"], "piece.social_security")
    announce("social_security.1", spouses)
    leas = new_id()
    assert announce("social_security.2", leas).status_code == 200
    api.world.hear(
        "documents.document.stored.v1",
        {"document_id": leas, "kind": "piece.social_security", "subject": f"subscription:{subscription['id']}"},
    )
    pieces = {piece["code"]: piece for piece in api.subscription(subscription["id"])["pieces"]}
    assert pieces["social_security.0"]["status"] == "to_provide"
    assert (pieces["social_security.1"]["document_id"], pieces["social_security.2"]["document_id"]) == (spouses, leas)
    assert refusal(announce("nothing", leas)) == (404, "piece.not_asked_for", [])
    path = f"/subscriptions/{subscription['id']}/pieces/identity/announcement"
    assert api.post(path, {"document_id": leas}, sub=factories.OTHER_BROKER_ID).status_code == 404


@pytest.mark.feature("F-137")
def test_managers_receive_the_file_once_a_piece_came(api: Any) -> None:
    waiting, sent = api.subscribe(), api.subscribe()
    api.send_piece(sent["id"])
    queue = api.get("/files", role="manager").json["items"]
    assert [file["subscription_id"] for file in queue] == [sent["id"]]
    assert refusal(api.get("/files?status=awaiting_documents", role="manager"))[:2] == (422, "validation")
    # Its papers came by post: it is found by the number that they bear.
    by_number = api.get(f"/files?number={waiting['quote']['number']}", role="manager").json["items"]
    assert [file["subscription_id"] for file in by_number] == [waiting["id"]]
    api.send_piece(waiting["id"])
    assert len(api.get("/files?status=transmitted", role="manager").json["items"]) == 2


@pytest.mark.feature("F-147")
def test_a_refusal_is_told_with_its_reason_and_another_piece_may_come(api: Any) -> None:
    subscription = api.subscribe()
    file_id = subscription["file"]["id"]
    document_id = api.send_piece(subscription["id"])
    api.world.clock.advance(timedelta(hours=1))
    assert decide(api, file_id, document_id, "refused", reason="Le verso manque.").status_code == 200
    (event,) = api.world.said("quoting.piece.refused.v1")
    assert event.data == {
        "subscription_id": subscription["id"],
        "file_id": file_id,
        "broker_id": factories.BROKER_ID,
    }
    assert event.sealed["notifications"] == {
        "civility": "madame",
        "first_name": "Julie",
        "last_name": "Moreau",
        "email": "julie.moreau@example.org",
        "broker_email": "courtier@lemaire.example",
        "label": "Copie recto verso de votre pièce d’identité en cours de validité",
        "reason": "Le verso manque.",
    }
    assert "Le verso" not in event.raw
    again = api.send_piece(subscription["id"])
    piece = api.subscription(subscription["id"])["pieces"][0]
    assert (piece["status_label"], piece["document_id"], piece["reason"]) == ("Reçue", again, None)
    assert piece["requested_at"] == "2026-11-23T10:00:00Z"
    assert refusal(decide(api, file_id, document_id, "accepted")) == (404, "piece.not_found", [])
    assert decide(api, file_id, again, "accepted").status_code == 200


@pytest.mark.feature("F-147")
def test_a_verdict_is_given_on_what_the_manager_saw(api: Any) -> None:
    subscription = api.subscribe()
    file_id, document_id = subscription["file"]["id"], api.send_piece(subscription["id"])
    assert decide(api, file_id, document_id, "accepted").status_code == 200
    late = decide(api, file_id, document_id, "refused", reason="Illisible")
    assert refusal(late) == (409, "piece.already_decided", [])
    assert late.json["detail"] == "Cette pièce a changé entre-temps\u00a0: son statut est «\u00a0Acceptée\u00a0»."
    assert api.world.said("quoting.piece.refused.v1") == []
    assert decide(api, file_id, document_id, "refused", reason="Illisible", seen="accepted").status_code == 200


def test_a_file_is_complete_when_all_that_is_mandatory_is_accepted(api: Any) -> None:
    subscription = api.subscribe()
    file_id = subscription["file"]["id"]
    for kind in ("identity", "bank_account", "social_security", "company"):
        assert api.file_of(subscription["id"])["complete"] is False
        decide(api, file_id, api.send_piece(subscription["id"], f"piece.{kind}"), "accepted")
    assert api.file_of(subscription["id"])["complete"] is True


@pytest.mark.feature("F-122", "F-123")
def test_what_is_signed_by_hand_is_announced_with_the_pieces_to_return(api: Any) -> None:
    quote = api.issue(factories.family_quote())
    api.subscribe(quote, beneficiaries=factories.relatives(), signature_mode="handwritten", mobile=None)
    assert api.world.said("quoting.subscription.ready_to_sign.v1") == []
    (event,) = api.world.said("quoting.subscription.ready_to_return.v1")
    assert [paper["kind"] for paper in event.data["documents"]] == ["advice", "bia", "mandate"]
    sealed = event.sealed["notifications"]
    assert (sealed["email"], sealed["broker_email"]) == ("julie.moreau@example.org", "courtier@lemaire.example")
    labels = [piece["label"] for piece in sealed["pieces"] if piece["mandatory"]]
    assert labels[:2] == [
        "Copie recto verso de votre pièce d’identité en cours de validité",
        "Relevé d’identité bancaire (RIB)",
    ]
    assert not [label for label in labels if "signé" in label]
    assert "Copie de l’attestation d’assuré social de Paul" in labels
    assert "Paul" not in event.raw


@pytest.mark.feature("F-095", "F-096")
def test_the_proof_of_reading_is_each_documents_fingerprint_and_the_time(api: Any) -> None:
    quote = api.issue()
    required = [each["document_id"] for each in quote["documents"] if each["required"]]
    assert [each["kind"] for each in quote["documents"] if each["required"]] == ["ipid", "rules"]
    partly = api.submit(quote, documents_read=required[:1])
    assert refusal(partly) == (422, "validation", ["documents_read"])
    assert partly.json["errors"][0]["message"] == "Prenez connaissance de\u00a0: Règles générales Horizon TNS."
    assert api.submit(quote, documents_read=required).status_code == 201
    stored = {upload.document_id: upload for upload in api.world.neighbours.uploads}
    import hashlib

    assert api.file_of(quote["subscription_id"])["documents_read"] == [
        {
            "document_id": document_id,
            "kind": stored[document_id].fields["kind"],
            "sha256": hashlib.sha256(stored[document_id].content).hexdigest(),
            "read_at": "2026-11-23T09:00:00Z",
        }
        for document_id in required
    ]


@pytest.mark.feature("F-088")
def test_six_stages_say_how_far_a_subscription_has_come(api: Any) -> None:
    def stages() -> tuple[list[str], list[int]]:
        found = api.subscription(quote["subscription_id"])["stages"]
        return [each["label"] for each in found], [each["number"] for each in found if each["state"] == "current"]

    quote = api.issue()
    labels, current = stages()
    assert labels == [
        "Saisie des données personnelles du client",
        "Lecture des documents produit",
        "Renseignement des informations bancaires",
        "Finalisation de la demande d’adhésion\u00a0: signature électronique ou manuscrite",
        "Confirmation de la demande d’adhésion",
        "Finalisation du dossier avec téléchargement des pièces justificatives",
    ]
    assert current == [1]
    api.subscribe(quote)
    assert stages()[1] == [4]
    api.sign(quote["subscription_id"])
    assert stages()[1] == [5]
    api.seal(quote["subscription_id"])
    assert stages()[1] == [6]
    for kind in ("identity", "bank_account", "social_security", "company"):
        assert stages()[1] == [6]
        api.send_piece(quote["subscription_id"], f"piece.{kind}")
    assert stages()[1] == []
