"""Many at once, on both databases: no number twice, one submission, one membership, one client file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.world import World
from tests.support.fixtures import postgres, postgres_url  # noqa: F401

THREADS = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def raced(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    world = World(tmp_path, url=url)
    world.prepare()
    yield Api(world)
    world.close()


def together(act: Callable[[int], Any]) -> list[Any]:
    """Let as many threads loose at the same moment."""
    gate = Barrier(THREADS)

    def run(place: int) -> Any:
        gate.wait()
        return act(place)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_numbers_are_given_once_and_without_a_gap(raced: Api) -> None:
    raced.issue()
    app = raced.world.client.application

    def store(_place: int) -> list[str]:
        api = Api(raced.world)
        return [api.post("/quotes", factories.quote(), client=app.test_client()).get_json()["number"] for _ in range(5)]

    numbers = sorted(number for some in together(store) for number in some)
    assert numbers == [f"RIS-{position:010d}" for position in range(2, 2 + 5 * THREADS)]
    clients = {each["client"]["id"] for each in raced.get("/quotes?limit=100").get_json()["items"]}
    assert len(clients) == 1


def test_a_subscription_is_submitted_once(raced: Api) -> None:
    quote = raced.issue()
    app = raced.world.client.application
    body = factories.submission([each["document_id"] for each in quote["documents"]])
    path = f"/subscriptions/{quote['subscription_id']}/submission"
    guest = raced.as_guest(quote["subscription_id"])
    told = Counter(together(lambda _place: raced.post(path, body, client=app.test_client(), **guest).status_code))
    assert told == {201: 1, 409: THREADS - 1}
    assert len(raced.world.said("quoting.subscription.submitted.v1")) == 1


def test_a_membership_is_created_once(raced: Api) -> None:
    subscription = raced.subscribe()
    raced.sign(subscription["id"])
    raced.send_piece(subscription["id"])
    app = raced.world.client.application
    path = f"/files/{subscription['file']['id']}/creation"
    told = Counter(together(lambda _place: raced.post(path, role="manager", client=app.test_client()).status_code))
    assert told == {201: 1, 409: THREADS - 1}
    assert len(raced.world.said("quoting.contract.created.v1")) == 1


def test_of_two_verdicts_one_stands(raced: Api) -> None:
    """Half the managers accept and half refuse: one of them wins, and the client hears what stands."""
    subscription = raced.subscribe()
    document_id = raced.send_piece(subscription["id"])
    app = raced.world.client.application
    path = f"/files/{subscription['file']['id']}/pieces/{document_id}/decision"

    def judge(place: int) -> int:
        body = {"outcome": "accepted" if place % 2 else "refused", "reason": None if place % 2 else "Illisible"}
        return raced.post(path, body, role="manager", sub=new_id(), client=app.test_client()).status_code

    told = together(judge)
    winner = told.index(200)
    assert Counter(told) == {200: 1, **Counter(status for status in told if status != 200)}
    assert {status for status in told if status != 200} <= {409, 412}
    piece = raced.file_of(subscription["id"])["pieces"][0]
    assert piece["status"] == ("accepted" if winner % 2 else "refused")
    assert len(raced.world.said("quoting.piece.refused.v1")) == (0 if winner % 2 else 1)


def test_a_paper_that_came_by_post_is_recorded_once(raced: Api) -> None:
    subscription = raced.subscribe(signature_mode="handwritten", mobile=None)
    app = raced.world.client.application
    path = f"/files/{subscription['file']['id']}/pieces/signed_mandate/receipt"
    body = {"received_on": "2026-11-23", "outcome": "accepted", "signed_on": "2026-11-23"}
    told = Counter(
        together(
            lambda _place: raced.post(path, body, role="manager", sub=new_id(), client=app.test_client()).status_code
        )
    )
    assert told[200] == 1
    assert set(told) <= {200, 409, 412}
    assert len(raced.world.said("quoting.file.transmitted.v1")) == 1


def test_one_key_is_one_quote_however_often_it_comes(raced: Api) -> None:
    raced.issue()
    app, key = raced.world.client.application, new_id()
    told = together(lambda _place: raced.post("/quotes", factories.quote(), key=key, client=app.test_client()))
    created = {answer.get_json()["id"] for answer in told if answer.status_code == 201}
    assert len(created) == 1
    assert {answer.status_code for answer in told} <= {201, 409}
    assert len(raced.get("/quotes").get_json()["items"]) == 2


def test_pieces_that_come_together_are_all_kept(raced: Api) -> None:
    subscription = raced.subscribe()
    kinds = ["identity", "bank_account", "social_security", "company", "other", "other", "other", "other"]
    together(lambda place: raced.send_piece(subscription["id"], f"piece.{kinds[place]}"))
    raced.world.settle()
    pieces = raced.file_of(subscription["id"])["pieces"]
    assert sum(piece["status"] == "received" for piece in pieces) == THREADS
    assert len(raced.world.said("quoting.file.transmitted.v1")) == 1


def test_pieces_that_come_while_he_submits_are_all_kept(raced: Api) -> None:
    quote = raced.issue()
    app = raced.world.client.application
    body = factories.submission([each["document_id"] for each in quote["documents"]])
    path = f"/subscriptions/{quote['subscription_id']}/submission"
    guest = raced.as_guest(quote["subscription_id"])

    def act(place: int) -> Any:
        if place == 0:
            return raced.post(path, body, client=app.test_client(), **guest).status_code
        return [raced.send_piece(quote["subscription_id"], "piece.other") for _ in range(3)]

    told = together(act)
    assert told[0] == 201
    raced.world.settle()
    sent = {document_id for some in told[1:] for document_id in some}
    pieces = raced.file_of(quote["subscription_id"])["pieces"]
    assert {piece["document_id"] for piece in pieces if piece["status"] == "received"} == sent
    assert len(raced.world.said("quoting.file.transmitted.v1")) == 1
