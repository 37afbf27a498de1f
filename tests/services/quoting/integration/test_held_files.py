"""While one acts on a file another one comes, on both databases: he waits, and acts on what the first one left."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from plumbing.ids import new_id
from quoting.adapters import repositories
from quoting.adapters.repositories import SqlClientFiles
from quoting.domain.membership_file import MembershipFile
from quoting.domain.people import Identity
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.integration.test_races import raced  # noqa: F401
from tests.services.quoting.integration.test_versions import entries
from tests.support.fixtures import postgres, postgres_url  # noqa: F401

PATIENCE = 0.5


def meanwhile(act: Callable[[], Any]) -> Callable[[], Any]:
    """Let something begin now, and go on when it ended or was made to wait; call what is returned to have its end."""
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(act)
    wait([begun], timeout=PATIENCE)

    def end() -> Any:
        pool.shutdown()
        return begun.result()

    return end


def test_a_piece_that_is_stored_while_its_sender_says_which_one_it_is(
    raced: Api,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both succeed: the sender is not told that somebody else changed his file."""
    quote = raced.issue(factories.family_quote())
    subscription = raced.subscribe(quote, beneficiaries=factories.relatives())
    document_id, ends = new_id(), []
    stored = {
        "document_id": document_id,
        "kind": "piece.social_security",
        "subject": f"subscription:{subscription['id']}",
    }
    announce = MembershipFile.announce

    def announced_late(file: MembershipFile, code: str, document: str) -> None:
        ends.append(meanwhile(lambda: raced.world.hear("documents.document.stored.v1", stored, subject=document_id)))
        announce(file, code, document)

    monkeypatch.setattr(MembershipFile, "announce", announced_late)
    path = f"/subscriptions/{subscription['id']}/pieces/social_security.1/announcement"
    answer = raced.post(path, {"document_id": document_id}, **raced.as_guest(subscription["id"]))
    ends[0]()
    assert answer.status_code == 200, answer.json
    assert raced.world.kept_for_later() == []
    pieces = {piece["code"]: piece for piece in raced.file_of(subscription["id"])["pieces"]}
    assert pieces["social_security.1"]["document_id"] == document_id
    assert pieces["social_security.0"]["status"] == "to_provide"


def test_a_file_that_is_corrected_takes_in_no_quote_of_who_it_was(
    raced: Api,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quote, ends = raced.issue(), []
    app, correct = raced.world.client.application, SqlClientFiles.correct

    def corrected_late(files: SqlClientFiles, client_id: str, identity: Identity) -> str:
        ends.append(meanwhile(lambda: raced.post("/quotes", factories.quote(), client=app.test_client())))
        return correct(files, client_id, identity)

    monkeypatch.setattr(SqlClientFiles, "correct", corrected_late)
    modified = raced.post(
        f"/quotes/{quote['id']}/versions", entries(quote, client=factories.client(last_name="Durand"))
    )
    other = ends[0]()
    assert (modified.status_code, other.status_code) == (201, 201)
    filed = {
        answer.get_json()["client"]["last_name"]: raced.get(f"/portfolio/clients/{answer.get_json()['client_id']}")
        for answer in (modified, other)
    }
    assert {name: head.get_json()["last_name"] for name, head in filed.items()} == {
        "Durand": "Durand",
        "Moreau": "Moreau",
    }


def test_two_files_corrected_to_one_person_at_once_are_one(
    raced: Api,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = raced.issue()
    second = raced.issue(factories.quote(client=factories.client(last_name="Dupond")))
    app, described = raced.world.client.application, repositories._described
    ends: list[Callable[[], Any]] = []

    def change(quote: dict[str, Any]) -> Any:
        body = entries(quote, client=factories.client(last_name="Durand"))
        return raced.post(f"/quotes/{quote['id']}/versions", body, client=app.test_client())

    def described_late(identity: Identity) -> dict[str, Any]:
        if not ends:
            ends.append(lambda: None)
            ends.append(meanwhile(lambda: change(second)))
        return described(identity)

    monkeypatch.setattr(repositories, "_described", described_late)
    told = [change(first), ends[-1]()]
    assert [answer.status_code for answer in told] == [201, 201]
    assert len({answer.get_json()["client_id"] for answer in told}) == 1
