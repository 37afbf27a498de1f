"""The adviser goes on with paper: the subscription goes on as if its client had chosen to sign by hand."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest

from plumbing.ids import new_id
from tests.services.quoting.integration.test_by_post import receipt
from tests.services.quoting.integration.test_pieces import decide

FAILED = "signature.ceremony.failed.v1"


def ended(subscription_id: str, cause: str = "on_paper") -> dict[str, Any]:
    return {"ceremony_id": new_id(), "subject": f"subscription:{subscription_id}", "cause": cause}


def on_paper(api: Any, subscription_id: str) -> dict[str, Any]:
    api.world.hear(FAILED, ended(subscription_id))
    api.world.work()
    found: dict[str, Any] = api.subscription(subscription_id)
    return found


def codes(subscription: dict[str, Any]) -> list[str]:
    return [piece["code"] for piece in subscription["pieces"]]


def words(api: Any, document_id: str) -> str:
    [content] = [each.content for each in api.world.neighbours.uploads if each.document_id == document_id]
    pages = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def test_the_papers_are_made_again_with_a_place_to_sign_and_go_out(api: Any) -> None:
    before = api.subscribe()
    after = on_paper(api, before["id"])
    assert (after["signature"]["mode"], after["signature"]["state"]) == ("handwritten", "in_progress")
    first, second = ({each["kind"]: each["document_id"] for each in made["papers"]} for made in (before, after))
    assert list(second) == list(first) == ["advice", "bia", "mandate"]
    assert "à usage unique" in words(api, first["bia"])
    assert "lu et approuvé" in words(api, second["bia"])
    [event] = api.world.said("quoting.subscription.ready_to_return.v1")
    assert [each["document_id"] for each in event.data["documents"]] == list(second.values())
    assert "signé" not in str(event.sealed["notifications"]["pieces"])
    assert len(api.world.said("quoting.subscription.ready_to_sign.v1")) == 1


def test_the_file_asks_for_them_signed_and_for_nothing_that_came_already(api: Any) -> None:
    before = api.subscribe()
    came = api.send_piece(before["id"])
    after = on_paper(api, before["id"])
    assert [code for code in codes(after) if code not in codes(before)] == ["signed_application", "signed_mandate"]
    assert codes(after) == codes(api.subscribe(signature_mode="handwritten"))
    assert after["pieces"][0]["document_id"] == came


def test_signed_by_hand_it_becomes_a_membership(api: Any) -> None:
    subscription = api.subscribe()
    file_id = subscription["file"]["id"]
    on_paper(api, subscription["id"])
    assert receipt(api, file_id, "signed_application").json["quote"]["status_label"] == "En attente de pièce(s)"
    mandate = api.send_piece(subscription["id"], "piece.signed_mandate")
    signed = decide(api, file_id, mandate, "accepted")
    assert (signed.json["signature_label"], signed.json["quote"]["status_label"]) == ("Signé", "Souscrit")
    assert api.post(f"/files/{file_id}/creation", role="manager").status_code == 201


def test_the_agenda_says_so(api: Any) -> None:
    subscription = api.subscribe()
    on_paper(api, subscription["id"])
    listed = api.post("/agenda/searches", {}).json["items"]
    assert listed[0]["label"] == "Signature poursuivie sur papier"


def test_said_twice_or_late_it_changes_nothing_more(api: Any) -> None:
    subscription = api.subscribe()
    once = on_paper(api, subscription["id"])
    assert on_paper(api, subscription["id"]) == once
    assert len(api.world.said("quoting.subscription.ready_to_return.v1")) == 1
    signed = api.subscribe()
    api.sign(signed["id"])
    assert on_paper(api, signed["id"])["signature"]["mode"] == "electronic"
    assert api.world.kept_for_later() == []


@pytest.mark.parametrize("cause", ["wrong_codes", "codes_spent"])
def test_any_other_failure_ends_the_signature(api: Any, cause: str) -> None:
    subscription = api.subscribe()
    api.world.hear(FAILED, ended(subscription["id"], cause))
    assert api.world.work() == 0
    after = api.subscription(subscription["id"])
    assert (after["signature"]["mode"], after["signature"]["state"]) == ("electronic", "failed")
