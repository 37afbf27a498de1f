"""What is kept, said and cleaned when everything goes well, and when it does not."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from documents.adapters.checks.pool import CheckerPool
from documents.adapters.tables import DOCUMENT, SUBJECT_READER
from documents.adapters.unit_of_work import DocumentsWork
from documents.domain.document import object_key
from documents.domain.refusals import CheckUnavailable, RefusalCode, Refused
from documents.usecases.ports import StoreUnavailable
from documents.usecases.sweep_orphans import sweep_orphans
from plumbing.http import idempotency
from plumbing.ids import new_id
from plumbing.migrations import is_current
from tests.services.documents.pictures import pdf, png
from tests.services.documents.world import Somebody, World, guest, service
from tests.support.servers import S3Server


def test_a_service_that_was_not_told_the_id_is_told_later(api: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = service()
    paper = {"subject": "quote:1", "kind": "quote.pdf", "name": "devis.pdf", "media_type": "application/pdf"}
    with monkeypatch.context() as killed:
        killed.setattr(idempotency, "_keep", lambda *_: 1 / 0)
        first = api.stored(sender, key="paper-of-a-quote", content=pdf(), **paper)
    api.clock.advance(timedelta(minutes=5))

    again = api.stored(sender, key="paper-of-a-quote", content=pdf(), **paper)

    assert again == first
    assert len(api.said("documents.document.stored.v1")) == 1


def test_a_stored_document_is_said(api: World) -> None:
    who = guest()
    document = api.stored(who, subject=f"subscription:{who.subscription}")
    assert api.said("documents.document.stored.v1") == [
        {
            "document_id": document["id"],
            "subject": f"subscription:{who.subscription}",
            "owner": who.owner,
            "media_type": "image/jpeg",
            "size": document["size"],
            "sha256": document["sha256"],
        }
    ]


@pytest.mark.parametrize(
    ("kind", "subject", "told"),
    [("piece.disability", "subscription", "piece.disability"), ("claim.sick_leave", "claim", None)],
)
def test_what_was_sent_is_said_to_quoting_alone_for_its_pieces(api: World, kind: str, subject: str, told: Any) -> None:
    """A card of disability and a sick note tell of health: no clear event names them."""
    who = guest() if subject == "subscription" else Somebody("member")
    named = who.subscription if subject == "subscription" else new_id()
    api.stored(who, subject=f"{subject}:{named}", kind=kind)
    with api.services.engine.connect() as connection:
        said = str(connection.exec_driver_sql("SELECT envelope, sealed FROM outbox").all())
    assert kind not in said
    assert api.sealed_for_quoting("documents.document.stored.v1") == [{"kind": told}]


def test_nothing_in_the_database_tells_the_title(api: World) -> None:
    who = guest()
    api.stored(who, subject=f"subscription:{who.subscription}", title="Carte de Nadia Morel")
    with api.services.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM document").all()
        said = connection.exec_driver_sql("SELECT * FROM outbox").all()
        answers = connection.exec_driver_sql("SELECT * FROM idempotency_key").all()
    assert "Nadia" not in f"{kept}{said}{answers}"


def test_a_repeat_gets_the_same_document_and_stores_nothing(api: World) -> None:
    who, key = guest(), new_id()
    subject = f"subscription:{who.subscription}"
    first = api.send(who, subject=subject, key=key)
    again = api.send(who, subject=subject, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert len(api.objects()) == 1
    assert len(api.rows(DOCUMENT)) == 1
    assert len(api.said("documents.document.stored.v1")) == 1


@pytest.mark.parametrize(
    "changes", [{"content": png()}, {"title": "Autre"}, {"kind": "piece.other"}, {"name": "b.jpg"}]
)
def test_the_same_key_for_another_file_is_a_conflict(api: World, changes: dict[str, Any]) -> None:
    who, key = guest(), new_id()
    subject = f"subscription:{who.subscription}"
    api.send(who, subject=subject, key=key)
    answer = api.send(who, subject=subject, key=key, **changes)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key.reused")
    assert len(api.objects()) == 1


def test_a_key_is_required(api: World) -> None:
    answer = api.client.post("/v1/documents", headers=guest().headers())
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key.missing")


def test_twins_that_arrive_together_store_one_file(api: World) -> None:
    who, key = guest(), new_id()
    subject = f"subscription:{who.subscription}"
    answers: list[Any] = []

    def send() -> None:
        answers.append(api.send(who, subject=subject, key=key))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(api.rows(DOCUMENT)) == 1
    assert len(api.objects()) == 1


def test_files_sent_together_never_pass_the_limit_of_ten(api: World) -> None:
    files_sent_together_never_pass_the_limit_of_ten(api)
    assert len(api.objects()) == 10


def files_sent_together_never_pass_the_limit_of_ten(api: World) -> None:
    member, claim = Somebody("member"), f"claim:{new_id()}"
    statuses: list[int] = []

    def send() -> None:
        statuses.extend(api.send(member, subject=claim, kind="claim.invoice").status_code for _ in range(4))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(201) == 10
    assert statuses.count(422) == 6


def test_a_failed_commit_leaves_no_record_and_the_sweep_takes_the_bytes(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = guest()

    def power_cut(_work: DocumentsWork) -> None:
        raise OperationalError("COMMIT", {}, Exception("connection lost"))

    with monkeypatch.context() as patch:
        patch.setattr(DocumentsWork, "commit", power_cut)
        answer = api.send(who, subject=f"subscription:{who.subscription}")
    assert (answer.status_code, answer.json["code"]) == (503, "database.unavailable")
    assert api.rows(DOCUMENT) == []
    assert len(api.objects()) == 1
    kept = api.stored(who, subject=f"subscription:{who.subscription}")
    now = datetime.now(UTC)
    store, catalogue = api.services.store, api.services.catalogue
    assert sweep_orphans(store=store, catalogue=catalogue, now=now + timedelta(minutes=59)) == 0
    assert sweep_orphans(store=store, catalogue=catalogue, now=now + timedelta(minutes=61)) == 1
    assert api.objects() == [object_key(kept["id"])]


def test_the_sweep_takes_unfinished_and_strange_objects(api: World) -> None:
    who = guest()
    kept = api.stored(who, subject=f"subscription:{who.subscription}")
    folder = api.files / object_key(kept["id"]).rpartition("/")[0]
    (folder / f"{new_id()}.part-0123456789abcdef").write_bytes(b"x")
    (folder / "autre-chose").write_bytes(b"x")
    later = datetime.now(UTC) + timedelta(hours=2)
    assert sweep_orphans(store=api.services.store, catalogue=api.services.catalogue, now=later) == 2
    assert api.objects() == [object_key(kept["id"])]


AWAY = {
    "store": (StoreUnavailable("s3: away"), 503, "document.store_unavailable"),
    "checker": (CheckUnavailable("busy"), 503, "document.check_unavailable"),
    "antivirus": (Refused(RefusalCode.INFECTED, "Eicar"), 422, "document.infected"),
}


@pytest.mark.parametrize("part", AWAY)
def test_what_is_away_is_told_and_leaves_nothing(api: World, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    failure, status, code = AWAY[part]

    class Failing:
        def __getattr__(self, _name: str) -> Any:
            def fail(*_: object, **__: object) -> None:
                raise failure

            return fail

    who = guest()
    with monkeypatch.context() as patch:
        patch.setattr(api.services, part, Failing())
        answer = api.send(who, subject=f"subscription:{who.subscription}", key="meme-cle-0001")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert api.objects() == []
    # Nothing was done: the same key may try again.
    assert api.send(who, subject=f"subscription:{who.subscription}", key="meme-cle-0001").status_code == 201


def test_the_same_event_twice_changes_nothing_more(api: World) -> None:
    subscription, broker, event_id = new_id(), new_id(), new_id()
    quote = api.quote_issued(subscription=subscription, broker=broker, event_id=event_id)
    api.quote_issued(subscription=subscription, broker=broker, quote=quote, event_id=event_id)
    api.quote_issued(subscription=subscription, broker=broker, quote=quote)
    assert len(api.rows(SUBJECT_READER)) == 2
    assert api.kept_for_later() == []


def test_a_member_who_is_known_before_his_quote_reads_it_all_the_same(api: World) -> None:
    subscription, member = new_id(), Somebody("member")
    api.contract_created(subscription=subscription, member=member.id)
    quote = api.quote_issued(subscription=subscription, broker=new_id())
    paper = api.stored(
        Somebody("service", "quoting"), subject=f"quote:{quote}", kind="quote.pdf", content=b"{}",
        media_type="application/json",
    )  # fmt: skip
    assert api.get(f"/{paper['id']}", member).status_code == 200


def test_an_envelope_of_documents_that_are_not_here_is_tried_again(api: World) -> None:
    sealed = {"subject": f"subscription:{new_id()}", "documents": [{"sealed_document_id": new_id()}]}
    api.hear("signature.envelope.sealed.v1", sealed)
    (error,) = api.kept_for_later()
    assert "UnknownDocuments" in error


def test_an_event_of_another_tenant_opens_nothing_here(api: World) -> None:
    who = guest()
    document = api.stored(who, subject=f"subscription:{who.subscription}")
    broker = Somebody("broker")
    api.quote_issued(subscription=str(who.subscription), broker=broker.id, tenant="plateau")
    assert api.get(f"/{document['id']}", broker).status_code == 404
    same_id_elsewhere = Somebody("broker", broker.id, "plateau")
    assert api.get(f"/{document['id']}", same_id_elsewhere).status_code == 404


def test_it_all_works_on_postgresql_and_s3(
    tmp_path: Path, checker: CheckerPool, postgres_url: str, s3: S3Server
) -> None:
    world = World(
        tmp_path / "world", checker, database_url=postgres_url, STORE="s3", S3_URL=f"http://{s3.endpoint}",
        S3_ACCESS_KEY=s3.access_key, S3_SECRET_KEY=s3.secret_key, S3_BUCKET=f"documents-{new_id()[-12:]}",
    )  # fmt: skip
    try:
        world.migrate()
        assert is_current(world.services.engine, "documents")
        who, broker = guest(), Somebody("broker")
        subject = f"subscription:{who.subscription}"
        document = world.stored(who, subject=subject)
        world.quote_issued(subscription=str(who.subscription), broker=broker.id)
        assert world.ids_listed(broker, subject) == {document["id"]}
        answer = world.get(f"/{document['id']}/content", broker, Range="bytes=1-")
        assert answer.status_code == 206
        assert answer.data == world.get(f"/{document['id']}/content", who).data[1:]
        files_sent_together_never_pass_the_limit_of_ten(world)
    finally:
        world.services.engine.dispose()
