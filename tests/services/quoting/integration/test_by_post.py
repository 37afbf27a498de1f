"""Papers that come by post: recorded, judged, and the verdict corrected as long as the membership is not made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.services.quoting import factories
from tests.services.quoting.answers import refusal
from tests.services.quoting.integration.test_pieces import SIGNED_ON, decide


def receipt(api: Any, file_id: str, code: str, **body: Any) -> Any:
    sent = {"received_on": "2026-11-23", "outcome": "accepted", "signed_on": SIGNED_ON, **body}
    return api.post(f"/files/{file_id}/pieces/{code}/receipt", sent, role="manager")


@pytest.mark.feature("F-124", "F-348")
def test_papers_signed_by_hand_come_by_post(api: Any) -> None:
    subscription = api.subscribe(signature_mode="handwritten", mobile=None)
    file_id = subscription["file"]["id"]
    assert subscription["quote"]["status_label"] == "En attente de validation"
    api.world.clock.advance(timedelta(days=4))
    first = receipt(api, file_id, "signed_application", received_on="2026-11-27", signed_on="2026-11-24")
    assert first.status_code == 200
    assert (first.json["status_label"], first.json["signature_label"]) == ("Dossier transmis", "En cours")
    assert first.json["quote"]["status_label"] == "En attente de pièce(s)"
    assert len(api.world.said("quoting.file.transmitted.v1")) == 1
    piece = next(piece for piece in first.json["pieces"] if piece["code"] == "signed_application")
    assert (piece["status_label"], piece["document_id"], piece["paper_received_on"]) == (
        "Acceptée",
        None,
        "2026-11-27",
    )
    unsigned = receipt(api, file_id, "signed_mandate", received_on="2026-11-27", outcome="refused", reason="Non signé.")
    assert unsigned.json["signature_label"] == "En cours"
    assert api.world.said("quoting.piece.refused.v1")[0].sealed["notifications"]["reason"] == "Non signé."
    second = receipt(api, file_id, "signed_mandate", received_on="2026-11-27", signed_on="2026-11-25")
    assert (second.json["signature_label"], second.json["quote"]["status_label"]) == ("Signé", "Souscrit")
    assert api.post(f"/files/{file_id}/creation", role="manager").status_code == 201
    (created,) = api.world.said("quoting.contract.created.v1")
    # The later of the two dates that the client wrote, not the day on which somebody opened the letter.
    assert created.sealed["member"]["mandate"]["signed_on"] == "2026-11-25"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"received_on": "2026-11-22"}, "received_on"),
        ({"received_on": "2026-11-24"}, "received_on"),
        ({"signed_on": "2026-11-22"}, "signed_on"),
        ({"signed_on": "2026-11-24"}, "signed_on"),
        ({"signed_on": None}, "signed_on"),
        ({"outcome": "refused"}, "reason"),
        ({"received_on": None}, "received_on"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(api: Any, body: dict[str, Any], field: str) -> None:
    subscription = api.subscribe(signature_mode="handwritten", mobile=None)
    answer = receipt(api, subscription["file"]["id"], "signed_mandate", **body)
    assert (answer.status_code, refusal(answer)[2]) == (422, [field])
    assert api.file_of(subscription["id"])["status_label"] == "En attente de pièces"


def test_papers_accepted_while_they_are_still_being_made_sign_once_these_are_there(api: Any) -> None:
    """The job that makes them may be parked for days; what came by post meanwhile is not forgotten."""
    issued = api.issue()
    assert api.submit(issued, signature_mode="handwritten", mobile=None).status_code == 201
    file_id = api.subscription(issued["subscription_id"])["file"]["id"]
    for code in ("signed_application", "signed_mandate"):
        assert receipt(api, file_id, code).status_code == 200
    assert api.file_of(issued["subscription_id"])["signature_label"] != "Signé"
    api.world.work()
    assert api.file_of(issued["subscription_id"])["signature_label"] == "Signé"
    assert api.post(f"/files/{file_id}/creation", role="manager").status_code == 201


def correction(api: Any, file_id: str, code: str, **body: Any) -> Any:
    sent = {"outcome": "refused", "reason": "Le mandat n’est pas signé.", "seen": "accepted", "signed_on": SIGNED_ON}
    return api.post(f"/files/{file_id}/pieces/{code}/correction", {**sent, **body}, role="manager")


def piece_of(answer: Any, code: str) -> dict[str, Any]:
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = next(piece for piece in answer.json["pieces"] if piece["code"] == code)
    return found


@pytest.mark.feature("F-124", "F-147")
def test_the_verdict_on_a_paper_that_came_by_post_is_corrected_and_the_one_before_is_kept(api: Any) -> None:
    subscription = api.subscribe()
    file_id = subscription["file"]["id"]
    receipt(api, file_id, "bank_account", signed_on=None)
    assert refusal(correction(api, file_id, "bank_account", reason=None)) == (422, "validation", ["reason"])
    assert refusal(correction(api, file_id, "bank_account", seen="refused")) == (409, "piece.already_decided", [])
    assert refusal(correction(api, file_id, "identity")) == (409, "piece.already_decided", [])
    assert refusal(correction(api, file_id, "nothing")) == (404, "piece.not_asked_for", [])
    api.world.clock.advance(timedelta(hours=1))
    piece = piece_of(correction(api, file_id, "bank_account", reason="Compte clos."), "bank_account")
    assert (piece["status_label"], piece["reason"], piece["paper_received_on"]) == (
        "Refusée",
        "Compte clos.",
        "2026-11-23",
    )
    accepted = {
        "outcome": "accepted",
        "reason": None,
        "signed_on": None,
        "decided_by": factories.MANAGER_ID,
        "decided_at": "2026-11-23T09:00:00Z",
        "overturned_because": "Compte clos.",
    }
    assert piece["history"] == [accepted]
    (told,) = api.world.said("quoting.piece.refused.v1")
    assert told.sealed["notifications"]["reason"] == "Compte clos."
    again = correction(api, file_id, "bank_account", outcome="accepted", reason="Mal lu.", seen="refused")
    piece = piece_of(again, "bank_account")
    assert (piece["status_label"], piece["reason"]) == ("Acceptée", None)
    assert [(each["outcome"], each["reason"], each["overturned_because"]) for each in piece["history"]] == [
        ("accepted", None, "Compte clos."),
        ("refused", "Compte clos.", "Mal lu."),
    ]
    # The client is not shown what managers wrote to each other.
    assert "history" not in api.subscription(subscription["id"])["pieces"][0]
    api.sign(subscription["id"])
    assert api.post(f"/files/{file_id}/creation", role="manager").status_code == 201
    assert refusal(correction(api, file_id, "bank_account")) == (409, "file.already_created", [])


@pytest.mark.feature("F-348")
def test_a_signature_by_hand_lasts_as_long_as_the_verdicts_that_made_it(api: Any) -> None:
    subscription = api.subscribe(signature_mode="handwritten", mobile=None)
    file_id = subscription["file"]["id"]
    mandate = api.send_piece(subscription["id"], "piece.signed_mandate")
    undated = decide(api, file_id, mandate, "accepted", signed_on=None)
    assert refusal(undated) == (422, "signed_on.missing", ["signed_on"])
    decide(api, file_id, mandate, "accepted")
    assert receipt(api, file_id, "signed_application").json["signature_label"] == "Signé"
    assert refusal(receipt(api, file_id, "signed_application")) == (409, "piece.already_decided", [])
    assert refusal(receipt(api, file_id, "nothing")) == (404, "piece.not_asked_for", [])
    api.world.clock.advance(timedelta(days=2))
    for taken_back in (
        correction(api, file_id, "signed_application", reason="Non signé."),
        decide(api, file_id, mandate, "refused", reason="Raturé", seen="accepted"),
    ):
        assert (taken_back.json["signature_label"], taken_back.json["quote"]["status_label"]) == (
            "En cours",
            "En attente de pièce(s)",
        )
    assert refusal(api.post(f"/files/{file_id}/creation", role="manager"))[:2] == (409, "file.no_piece")
    mandate = api.send_piece(subscription["id"], "piece.signed_mandate")
    decide(api, file_id, mandate, "accepted", signed_on="2026-11-24")
    late = correction(api, file_id, "signed_application", outcome="accepted", seen="refused", signed_on="2026-11-24")
    assert refusal(late) == (422, "date.refused", ["signed_on"])  # later than the day on which the paper came
    signed = correction(api, file_id, "signed_application", outcome="accepted", reason="Relu.", seen="refused")
    assert (signed.json["signature_label"], signed.json["quote"]["status_label"]) == ("Signé", "Souscrit")
    # Another date changes the day of the signature.
    decide(api, file_id, mandate, "accepted", signed_on="2026-11-25", seen="accepted")
    assert api.post(f"/files/{file_id}/creation", role="manager").status_code == 201
    (created,) = api.world.said("quoting.contract.created.v1")
    assert created.sealed["member"]["mandate"]["signed_on"] == "2026-11-25"
