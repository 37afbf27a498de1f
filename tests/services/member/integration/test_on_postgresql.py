"""The same on PostgreSQL where the databases differ: row locks, RETURNING, unique keys, the migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from member.adapters.tables import METADATA
from member.app import create_app
from tests.services.member.factories import PASSWORD, client, created, submitted
from tests.services.member.front import Api
from tests.services.member.world import World

BROKER = "courtier@lemaire.example"
T = TypeVar("T")


@pytest.fixture
def api(tmp_path: Path, postgres_url: str) -> Iterator[Api]:
    world = World(tmp_path, url=postgres_url)
    world.prepare()
    yield Api(world)
    world.close()


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def test_the_revisions_make_the_tables_that_the_code_maps(api: Api) -> None:
    with api.world.services.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_the_way_from_subscription_to_preferences(api: Api) -> None:
    token = api.new_member()

    [contract] = api.get("/me/contracts", token=token).json["items"]
    assert contract["monthly"] == "115.23"
    assert len(contract["beneficiaries"]) == 2
    etag = api.get("/me/preferences", token=token).headers["ETag"]
    body = {"benefits_by_email": False, "benefits_by_sms": True}
    assert api.call("PUT", "/me/preferences", body, token=token, If_Match=etag).status_code == 200


def test_the_contract_first_and_then_the_subscription(api: Api) -> None:
    subscription = submitted()
    api.create_contract(created(subscription_id=subscription["subscription_id"]))
    api.subscribe(subscription)

    assert api.world.kept_for_later() == []
    assert api.world.said("member.details.changed.v1")[-1].sealed["mobile"] == client()["mobile"]


def test_of_parallel_uses_of_a_link_one_wins(api: Api) -> None:
    api.ask_link(BROKER)
    first = api.world.last_link()
    api.ask_link(BROKER)
    second = api.world.last_link()
    app = create_app(api.world.services)

    def use(number: int) -> int:
        body = {"token": first if number % 2 else second, "password": f"Un-Parapluie-{number + 1000}!"}
        return app.test_client().post("/v1/activations", json=body).status_code

    assert sorted(at_once(6, use)) == [200, 410, 410, 410, 410, 410]


def test_parallel_failures_are_all_counted(api: Api) -> None:
    app = create_app(api.world.services)

    def fail(_: int) -> int:
        body = {"identifier": BROKER, "password": "Mauvais-mot-2026!"}
        return app.test_client().post("/v1/sessions", json=body).status_code

    statuses = at_once(16, fail)

    assert (statuses.count(401), statuses.count(429)) == (10, 6)


def test_two_pages_that_refresh_at_once_stay_signed_in(api: Api) -> None:
    token = api.sign_in(BROKER).json["refresh_token"]
    app = create_app(api.world.services)

    def page(_: int) -> tuple[int, str]:
        answer = app.test_client().post("/v1/sessions/refresh", json={"refresh_token": token})
        return answer.status_code, answer.json.get("refresh_token", "")

    answers = set(at_once(4, page))

    assert [status for status, _ in answers] == [200]


def test_one_person_may_sign_in_from_several_places_at_once(api: Api) -> None:
    app = create_app(api.world.services)

    def come(_: int) -> int:
        body = {"identifier": BROKER, "password": "Parapluie-2026!"}
        return app.test_client().post("/v1/sessions", json=body).status_code

    # Each success deletes the counter that the others are about to count on.
    for _ in range(5):
        assert at_once(6, come) == [200] * 6


def test_numbers_are_not_given_twice(api: Api) -> None:
    def create(number: int) -> None:
        email = f"client{number}@example.org"
        subscription_id = api.subscribe(details=client(email=email))
        api.create_contract(created(subscription_id=subscription_id))

    at_once(4, create)

    assert api.world.kept_for_later() == []
    manager = api.token("gestion@rives.example")
    members = [said.data["member_id"] for said in api.world.said("member.contract.changed.v1")]
    numbers = {api.get(f"/members/{member_id}", token=manager).json["member_number"] for member_id in members}
    assert len(numbers) == 4


def test_the_broom_sweeps_what_is_over(api: Api) -> None:
    from datetime import timedelta

    from member.usecases.forget import forget

    services = api.world.services
    api.sign_in(BROKER)
    api.sign_in("nobody@example.org", PASSWORD)
    api.ask_link(BROKER)
    now = api.world.clock.now()

    assert forget(broom=services.broom, now=now) == {"counters": 0, "links": 0, "sessions": 0}
    assert forget(broom=services.broom, now=now + timedelta(days=40)) == {"counters": 2, "links": 1, "sessions": 1}
    assert api.sign_in(BROKER).status_code == 200
