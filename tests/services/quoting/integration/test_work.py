"""What quoting does behind the web: jobs that a retry cannot repeat, and events heard once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from plumbing.ids import new_id
from quoting.usecases.expire_quotes import BATCH
from tests.services.quoting import factories


def test_a_quotes_pdf_is_stored_for_those_who_may_read_it(api: Any) -> None:
    quote = api.issue()
    (pdf,) = api.world.neighbours.stored("quote.pdf")
    assert pdf.document_id == quote["document_id"]
    assert pdf.fields["subject"] == f"quote:{quote['id']}"
    assert pdf.fields["title"] == f"Devis {quote['number']} / 1"
    assert pdf.readers == [
        f"broker:{factories.BROKER_ID}",
        f"subscription:{quote['subscription_id']}",
        "service:notifications",
    ]
    (event,) = api.world.said("quoting.quote.issued.v1")
    assert event.data["sha256"] == hashlib.sha256(pdf.content).hexdigest()
    assert [each["title"] for each in event.data["documents"]] == [
        "Document d’information (IPID) Horizon TNS",
        "Règles générales Horizon TNS",
        "Exemples de remboursements Horizon TNS",
        "Garanties Horizon TNS 300",
    ]


def test_papers_are_archival_and_accessible(api: Any) -> None:
    api.subscribe()
    for upload in api.world.neighbours.uploads:
        with pikepdf.open(BytesIO(upload.content)) as pdf:
            metadata = pdf.open_metadata()
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert str(pdf.Root.Lang).startswith("fr")
            assert metadata["dc:title"]


def test_product_documents_are_stored_once_for_everybody(api: Any) -> None:
    first = api.issue()
    second = api.issue(factories.quote(formula="450", choice_reason="Confort"))
    neighbours = api.world.neighbours
    assert [len(neighbours.stored(kind)) for kind in ("ipid", "rules", "examples", "guarantees")] == [1, 1, 1, 2]
    assert first["documents"][:3] == second["documents"][:3]
    assert {upload.fields["subject"] for upload in neighbours.stored("ipid")} == {"product:horizon-tns"}
    api.issue(tenant="plateau")
    assert len(neighbours.stored("ipid")) == 2


@pytest.mark.parametrize("down", ["member", "documents"])
def test_a_neighbour_that_is_down_delays_the_issue_and_loses_nothing(api: Any, down: str) -> None:
    api.issue()
    stored = api.post("/quotes", factories.quote()).json
    with api.world.without(down):
        api.world.services.tokens.forget("rives")
        api.world.work()
        assert api.get(f"/quotes/{stored['id']}").json["status"] == "proposed"
        ((_, state, error),) = api.world.waiting_jobs()
        assert state == "waiting"
        assert error
    api.world.clock.advance(timedelta(minutes=1))
    api.world.work()
    assert api.get(f"/quotes/{stored['id']}").json["status"] == "validated"


def test_a_job_that_dies_after_storing_stores_nothing_twice(api: Any) -> None:
    api.post("/quotes", factories.quote())
    neighbours = api.world.neighbours
    die_once(neighbours, "guarantees")
    api.world.work()
    assert api.world.said() == []
    before = len(neighbours.uploads)
    api.world.clock.advance(timedelta(minutes=1))
    api.world.work()
    assert len(neighbours.uploads) == before == 5
    assert len(api.world.said("quoting.quote.issued.v1")) == 1


def die_once(neighbours: Any, kind: str) -> None:
    """Have the worker die after a paper of this kind was stored, before anything is recorded."""

    def die() -> None:
        if neighbours.stored(kind):
            neighbours.after_upload = lambda: None
            raise RuntimeError("killed")

    neighbours.after_upload = die


def test_a_product_document_that_midnight_overtakes_blocks_no_quote(api: Any) -> None:
    api.world.clock.advance(timedelta(hours=13, minutes=59, seconds=50))
    quote_id = api.post("/quotes", factories.quote()).json["id"]
    die_once(api.world.neighbours, "ipid")
    api.world.work()
    api.world.clock.advance(timedelta(minutes=1))
    api.world.work()
    quote = api.get(f"/quotes/{quote_id}").json
    assert quote["status"] == "validated", api.world.waiting_jobs()
    before, after = api.world.neighbours.stored("ipid")
    assert before.content != after.content
    assert quote["documents"][0]["document_id"] == after.document_id
    assert api.issue()["documents"] == quote["documents"]


def test_of_two_documents_around_midnight_both_quotes_have_the_one_on_record(api: Any) -> None:
    api.world.clock.advance(timedelta(hours=13, minutes=59, seconds=58))
    ids = [api.post("/quotes", factories.quote()).json["id"] for _ in range(2)]
    neighbours = api.world.neighbours

    def overtake() -> None:
        if neighbours.stored("guarantees"):
            neighbours.after_upload = lambda: None
            api.world.clock.advance(timedelta(seconds=4))
            api.world.work()

    neighbours.after_upload = overtake
    api.world.work()
    first, second = (api.get(f"/quotes/{quote_id}").json for quote_id in ids)
    assert first["issued_at"] == second["issued_at"], "neither failed on the way"
    assert len(neighbours.stored("guarantees")) == 2
    assert first["documents"] == second["documents"]
    told = [event.data["documents"] for event in api.world.said("quoting.quote.issued.v1")]
    assert told[0] == told[1]


def test_a_broker_who_moves_between_two_tries_has_his_quote_issued_once(api: Any) -> None:
    quote_id = api.post("/quotes", factories.quote()).json["id"]
    neighbours = api.world.neighbours
    die_once(neighbours, "quote.pdf")
    api.world.work()
    neighbours.broker["phone"] = "+33198760099"
    api.world.clock.advance(timedelta(minutes=1))
    api.world.work()
    quote = api.get(f"/quotes/{quote_id}").json
    _, after = neighbours.stored("quote.pdf")
    assert (quote["status"], quote["document_id"]) == ("validated", after.document_id)
    (event,) = api.world.said("quoting.quote.issued.v1")
    assert event.data["document_id"] == after.document_id
    assert event.data["sha256"] == hashlib.sha256(after.content).hexdigest()


def test_a_broker_who_moves_between_two_tries_has_one_set_of_papers_signed(api: Any) -> None:
    quote = api.issue()
    api.submit(quote)
    neighbours = api.world.neighbours
    die_once(neighbours, "advice")
    api.world.work()
    neighbours.broker["phone"] = "+33198760099"
    api.world.clock.advance(timedelta(minutes=1))
    api.world.work()
    (event,) = api.world.said("quoting.subscription.ready_to_sign.v1")
    _, after = neighbours.stored("advice")
    assert event.data["documents"][0]["document_id"] == after.document_id
    assert [each["kind"] for each in event.data["documents"]] == ["advice", "bia", "mandate"]


def test_what_documents_refuses_for_good_is_parked(api: Any) -> None:
    api.post("/quotes", factories.quote())
    api.world.neighbours.refusing.add("documents")
    api.world.work()
    ((kind, state, error),) = api.world.waiting_jobs()
    assert (kind, state) == ("render_quote", "parked")
    assert "refused" in (error or "")


def test_the_papers_to_sign_are_told_to_signature_in_their_order(api: Any) -> None:
    subscription = api.subscribe()
    (event,) = api.world.said("quoting.subscription.ready_to_sign.v1")
    assert [each["kind"] for each in event.data["documents"]] == ["advice", "bia", "mandate"]
    for told in event.data["documents"]:
        (upload,) = api.world.neighbours.stored(told["kind"])
        assert told["sha256"] == hashlib.sha256(upload.content).hexdigest()
        assert told["size"] == len(upload.content)
        assert upload.fields["subject"] == f"subscription:{subscription['id']}"
        assert "service:signature" in upload.readers
    assert event.sealed["signature"] == {
        "civility": "madame",
        "first_name": "Julie",
        "last_name": "Moreau",
        "email": "julie.moreau@example.org",
        "mobile": "+33612345678",
        "broker_name": "Cabinet Lemaire",
        "broker_phone": "+33198760000",
        "broker_email": "courtier@lemaire.example",
    }


def test_seeding_twice_stores_nothing_twice(api: Any) -> None:
    api.world.seed()
    api.world.seed()
    api.world.work()
    count = len(api.world.neighbours.uploads)
    assert count == 2 * (5 + 6 + 5 + 4)
    api.world.seed()
    api.world.work()
    assert len(api.world.neighbours.uploads) == count


def test_more_quotes_than_one_batch_lapse_in_one_night(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quoting.jobs.expiry.BATCH", 2)
    monkeypatch.setattr("quoting.usecases.expire_quotes.BATCH", 2)
    assert BATCH > 2
    ids = [api.issue()["id"] for _ in range(5)]
    api.issue(tenant="plateau")
    api.world.clock.advance(timedelta(days=31))
    api.world.expire()
    assert {api.get(f"/quotes/{quote_id}").json["status"] for quote_id in ids} == {"expired"}
    (other,) = api.get("/quotes", tenant="plateau").json["items"]
    assert other["status"] == "expired"


def test_an_event_heard_twice_counts_once(api: Any) -> None:
    subscription = api.subscribe()
    document_id = new_id()
    data = {"document_id": document_id, "kind": "piece.identity", "subject": f"subscription:{subscription['id']}"}
    message = api.world.delivered("documents.document.stored.v1", data, subject=document_id)
    for _ in range(2):
        api.world.consumer.hear([message])
    api.world.hear("documents.document.stored.v1", data, subject=document_id)
    pieces = api.file_of(subscription["id"])["pieces"]
    assert [piece["document_id"] for piece in pieces].count(document_id) == 1
    assert len(api.world.said("quoting.file.transmitted.v1")) == 1
    assert api.world.kept_for_later() == []


def test_a_quote_is_two_pages_for_a_family_with_everything(api: Any) -> None:
    import pypdfium2

    everything = {"formula": "450", "with_option": True, "choice_reason": "Souhait de la meilleure couverture. " * 8}
    api.issue(factories.family_quote(**everything))
    (pdf,) = api.world.neighbours.stored("quote.pdf")
    assert len(pypdfium2.PdfDocument(pdf.content)) == 2


@pytest.mark.parametrize("early", [True, False])
def test_a_piece_is_taken_in_whether_it_comes_before_the_submission_or_after(api: Any, early: bool) -> None:
    quote = api.issue()
    subscription_id = quote["subscription_id"]
    if not early:
        api.submit(quote)
    document_id = api.send_piece(subscription_id)
    extra = api.send_piece(subscription_id, "piece.identity")
    assert api.world.kept_for_later() == []
    if early:
        assert api.world.said("quoting.file.transmitted.v1") == []
        assert api.submit(quote).status_code == 201
    file = api.file_of(subscription_id)
    assert file["status"] == "transmitted"
    received = {piece["document_id"]: piece for piece in file["pieces"] if piece["status"] == "received"}
    assert list(received) == [document_id, extra]
    assert received[document_id]["code"] == "identity"
    (event,) = api.world.said("quoting.file.transmitted.v1")
    assert (event.subject, event.data["subscription_id"]) == (file["id"], subscription_id)


def test_an_early_piece_heard_again_counts_once(api: Any) -> None:
    quote = api.issue()
    data = {
        "document_id": new_id(),
        "kind": "piece.identity",
        "subject": f"subscription:{quote['subscription_id']}",
    }
    for _ in range(2):
        api.world.hear("documents.document.stored.v1", data)
    api.submit(quote)
    api.world.hear("documents.document.stored.v1", data)
    pieces = api.file_of(quote["subscription_id"])["pieces"]
    assert [piece["document_id"] for piece in pieces].count(data["document_id"]) == 1
    assert len(api.world.said("quoting.file.transmitted.v1")) == 1


def test_a_submission_that_is_refused_leaves_early_pieces_where_they_are(api: Any) -> None:
    quote = api.issue()
    document_id = api.send_piece(quote["subscription_id"])
    assert api.submit(quote, iban="FR00").status_code == 422
    assert api.submit(quote).status_code == 201
    assert document_id in [piece["document_id"] for piece in api.file_of(quote["subscription_id"])["pieces"]]


def test_a_piece_of_a_subscription_that_no_quote_leads_to_is_kept_for_an_operator(api: Any) -> None:
    quote = api.issue()
    data = {"document_id": new_id(), "kind": "piece.other", "subject": f"subscription:{quote['subscription_id']}"}
    api.world.hear("documents.document.stored.v1", data, tenant="plateau")
    ((state, error),) = api.world.kept_for_later()
    assert state == "waiting"
    assert "subscription" in error


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("documents.document.stored.v1", {"kind": "claim.invoice", "subject": "claim:1"}),
        ("documents.document.stored.v1", {"kind": "bia", "subject": "subscription:1"}),
        ("signature.ceremony.refused.v1", {"ceremony_id": new_id(), "subject": "savings:1"}),
        ("member.contract.changed.v1", {"subscription_id": new_id(), "member_id": new_id()}),
    ],
)
def test_what_is_none_of_our_business_changes_nothing(api: Any, type: str, data: dict[str, Any]) -> None:
    subscription = api.subscribe()
    before = api.file_of(subscription["id"])
    api.world.hear(type, {"document_id": new_id(), **data})
    assert api.file_of(subscription["id"]) == before
    assert api.world.kept_for_later() == []


@pytest.mark.feature("F-051")
def test_a_blank_form_and_the_list_of_pieces_are_the_brokers_and_go_with_no_quote(api: Any) -> None:
    api.world.seed()
    api.world.work()
    documents = {row["kind"]: row for row in api.get("/products/horizon-tns").json["documents"] if not row["formula"]}
    assert {"blank_bia", "pieces_list", "ipid", "rules"} <= set(documents)
    (form, *_others) = api.world.neighbours.stored("blank_bia")
    assert form.content.startswith(b"%PDF-")
    assert not {"blank_bia", "pieces_list"} & {row["kind"] for row in api.issue()["documents"]}
