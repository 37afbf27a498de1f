"""The same on PostgreSQL where the databases differ: the migration, row locks, workers at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from notifications.adapters.tables import METADATA
from notifications.worker import JOBS
from plumbing.jobs import JobRunner
from tests.services.notifications.conftest import Api
from tests.services.notifications.factories import Client
from tests.services.notifications.world import NOW, World


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    made = World(tmp_path, DATABASE_URL=postgres_url)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def test_the_revisions_make_the_tables_that_the_code_maps(world: World) -> None:
    with world.services.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_the_way_from_the_event_to_the_mailbox(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.quote_issued(), anne.submitted(), anne.details(), anne.prefers(email=True, sms=True), times=2)
    world.hear(anne.envelope_sealed(), anne.invited(NOW + timedelta(days=1)), anne.benefit_paid())
    world.run_jobs()

    assert {item["state"] for item in api.log()} == {"sent"}
    assert len(world.delivered()) == 8


def test_many_workers_send_each_message_once(api: Api, world: World, anne: Client) -> None:
    world.hear(anne.details())
    for _ in range(12):
        world.hear(anne.claim("submitted"))

    def work(_: int) -> None:
        runner = JobRunner(JOBS, world.services)
        while runner.run_one():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    items = api.log(limit="100")
    assert len(items) == 12
    assert {(item["state"], item["attempts_made"]) for item in items} == {("sent", 1)}
    assert world.waiting_jobs() == []
