"""Many at once: one right code signs once, one of signing and refusing wins, and no try is lost; on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from plumbing.ids import new_id
from signature.usecases.purge_ceremony import purge_ceremony
from tests.services.signature.world import TENANT, Guest, World
from tests.support.fixtures import postgres, postgres_url  # noqa: F401

AT_ONCE = 100
THREADS = 16


@pytest.fixture(params=["sqlite", "postgresql"])
def raced(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guest]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    world = World.make(tmp_path, database_url=url)
    guest = world.guest(world.ready_to_sign())
    guest.accept_all()
    guest.ask_code()
    yield guest
    world.close()


def at_once(guest: Guest, requests: list[tuple[str, Any]]) -> list[tuple[int, str]]:
    """Send the requests from many threads, all let loose together; return (status, code or state) of each."""
    app, address = guest.world.client.application, f"/v1/ceremonies/{guest.ceremony_id()}"
    headers = guest.headers
    gate = Barrier(THREADS)

    def send(place: int) -> list[tuple[int, str]]:
        client = app.test_client()
        gate.wait()
        told = []
        for path, body in requests[place::THREADS]:
            answer = client.post(f"{address}/{path}", json=body, headers={**headers, "Idempotency-Key": new_id()})
            assert answer.json is not None
            told.append((answer.status_code, answer.json["state" if answer.status_code == 200 else "code"]))
        return told

    with ThreadPoolExecutor(THREADS) as pool:
        return [each for told in pool.map(send, range(THREADS)) for each in told]


def signature(code: str) -> tuple[str, Any]:
    return "signature", {"code": code, "terms": True, "privacy": True}


def test_a_hundred_right_codes_at_once_sign_once(raced: Guest) -> None:
    told = Counter(at_once(raced, [signature(raced.world.sent_code())] * AT_ONCE))
    assert told == {(200, "signed"): 1, (409, "ceremony.over"): AT_ONCE - 1}
    assert len(raced.world.events("signature.ceremony.signed.v1")) == 1


def test_a_hundred_wrong_codes_at_once_cost_five_tries_and_no_more(raced: Guest) -> None:
    wrong = "000000" if raced.world.sent_code() != "000000" else "000001"
    told = Counter(at_once(raced, [signature(wrong)] * AT_ONCE))
    assert told == {
        (422, "code.wrong"): 4,
        (409, "code.tries_spent"): 1,
        (409, "ceremony.over"): AT_ONCE - 5,
    }
    assert len(raced.world.events("signature.ceremony.failed.v1")) == 1


def test_signing_and_refusing_at_once_have_one_winner(raced: Guest) -> None:
    told = at_once(raced, [signature(raced.world.sent_code()), ("refusal", {"reason": "other"})] * 16)
    won = [state for status, state in told if status == 200]
    assert len(won) == 1
    assert raced.ceremony()["state"] == won[0]
    said = [len(raced.world.events(f"signature.ceremony.{each}.v1")) for each in ("signed", "refused")]
    assert sorted(said) == [0, 1]


def test_asking_for_codes_at_once_sends_one(raced: Guest) -> None:
    raced.world.wait(seconds=30)
    told = Counter(at_once(raced, [("codes", {})] * 32))
    assert told == {(200, "code_sent"): 1, (429, "code.too_soon"): 31}
    assert len(raced.world.events("signature.code.requested.v1")) == 2


def test_the_database_lets_a_journal_go_with_its_tombstone_alone(raced: Guest) -> None:
    assert raced.post("refusal", {"reason": "Non"}).status_code == 200
    ceremony_id, engine = raced.ceremony_id(), raced.world.services.engine
    for statement in ("DELETE FROM journal", "UPDATE journal SET position = position + 100"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    raced.world.wait(days=396)
    assert purge_ceremony(uow=raced.world.services.units.for_tenant("rives"), ceremony_id=ceremony_id)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM tombstone"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM journal")).scalar() == 0


def test_taken_twice_in_one_unit_of_work_it_is_one_ceremony(raced: Guest) -> None:
    ceremony_id = raced.ceremony_id()
    begin = raced.world.services.units.for_tenant(TENANT)
    with begin() as work:
        first = work.ceremonies.take(ceremony_id)
        first.signer.wrong_tries += 1
        assert work.ceremonies.take(ceremony_id) is first
        work.commit()
    with begin() as work:
        assert work.ceremonies.take(ceremony_id).signer.wrong_tries == 1
