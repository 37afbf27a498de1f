"""Two people act on one quote at once, on both databases: never do both win."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.integration.test_races import THREADS, raced, together  # noqa: F401
from tests.services.quoting.integration.test_versions import entries

ROUNDS = 5


def versions(api: Api, quote: dict[str, Any]) -> list[tuple[int, str]]:
    rows = api.get(f"/quotes/{quote['id']}/versions").get_json()["items"]
    return [(row["version"], row["status"]) for row in rows]


def test_of_many_modifications_at_once_one_makes_the_next_version(raced: Api) -> None:  # noqa: F811
    quote = raced.issue()
    app = raced.world.client.application
    path, body = f"/quotes/{quote['id']}/versions", entries(quote)
    told = together(lambda _place: raced.post(path, body, client=app.test_client()))
    assert Counter(answer.status_code for answer in told) == {201: 1, 409: THREADS - 1}
    assert {answer.get_json()["code"] for answer in told if answer.status_code == 409} == {"quote.replaced"}
    raced.world.work()
    assert versions(raced, quote) == [(2, "validated"), (1, "expired")]
    assert [said.data["version"] for said in raced.world.said("quoting.quote.issued.v1")] == [1, 2]


@pytest.mark.parametrize("round", range(ROUNDS))
def test_either_the_client_submits_or_the_broker_modifies(raced: Api, round: int) -> None:  # noqa: F811
    quote = raced.issue()
    app = raced.world.client.application
    modification = entries(quote)
    submission = factories.submission([each["document_id"] for each in quote["documents"]])
    subscription = f"/subscriptions/{quote['subscription_id']}"

    def act(place: int) -> tuple[str, int]:
        client = app.test_client()
        if place % 2 == round % 2:
            answer = raced.post(f"/quotes/{quote['id']}/versions", modification, client=client)
            return "modified", answer.status_code
        guest = raced.as_guest(quote["subscription_id"])
        return "submitted", raced.post(f"{subscription}/submission", submission, client=client, **guest).status_code

    told = together(act)
    winners = [what for what, status in told if status == 201]
    assert len(winners) == 1
    assert {status for _what, status in told} <= {201, 409, 410, 412}
    was_submitted = winners == ["submitted"]
    assert len(raced.world.said("quoting.subscription.submitted.v1")) == was_submitted
    assert len(versions(raced, quote)) == 2 - was_submitted


def test_a_double_click_on_a_modification_is_one_version_and_one_answer(raced: Api) -> None:  # noqa: F811
    quote, key = raced.issue(), new_id()
    app = raced.world.client.application
    path, body = f"/quotes/{quote['id']}/versions", entries(quote)
    told = together(lambda _place: raced.post(path, body, key=key, client=app.test_client()))
    made = {answer.get_json()["id"] for answer in told if answer.status_code == 201}
    assert len(made) == 1
    assert {answer.status_code for answer in told} <= {201, 409}
    assert [version for version, _status in versions(raced, quote)] == [2, 1]


def test_a_double_click_on_a_duplicate_is_one_quote(raced: Api) -> None:  # noqa: F811
    quote, key = raced.issue(), new_id()
    app = raced.world.client.application
    body = {**entries(quote), "product": quote["product_code"]}
    told = together(lambda _place: raced.post("/quotes", body, key=key, client=app.test_client()))
    assert len({answer.get_json()["id"] for answer in told if answer.status_code == 201}) == 1
    assert len(raced.get("/portfolio/quotes").get_json()["items"]) == 2


def test_a_quote_that_lapses_while_it_is_modified_keeps_one_open_version(raced: Api) -> None:  # noqa: F811
    quote = raced.issue(factories.quote(effective_date="2027-03-01"))
    raced.world.clock.advance(timedelta(days=31))
    app = raced.world.client.application
    path, body = f"/quotes/{quote['id']}/versions", entries(quote)

    def act(place: int) -> int:
        if place:
            return raced.post(path, body, client=app.test_client()).status_code
        raced.world.expire()
        return 0

    told = together(act)
    assert told.count(201) == 1
    raced.world.work()
    assert versions(raced, quote) == [(2, "validated"), (1, "expired")]
