"""Fixtures of notifications' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.services.notifications.factories import Client
from tests.services.notifications.world import World
from tests.support.tokens import token_for


class Api:
    """Reads the delivery log as a manager does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.app.test_client()

    def get(self, path: str, *, role: str = "manager", tenant: str = "rives", **query: str) -> TestResponse:
        token = token_for(role, "manager-1", tenant, now=self.world.clock.now())
        return self.client.get(f"/v1{path}", headers={"Authorization": f"Bearer {token}"}, query_string=query)

    def log(self, **query: str) -> list[dict[str, Any]]:
        answer = self.get("/messages", **query)
        assert answer.status_code == 200, answer.json
        return list(answer.json["items"])

    def only(self, kind: str, **query: str) -> dict[str, Any]:
        """The one message of this kind, whole."""
        (item,) = self.log(kind=kind, **query)
        answer = self.get(f"/messages/{item['id']}")
        assert answer.json is not None
        return dict(answer.json)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("notifications")
    world = World(folder)
    world.prepare()
    with world.services.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.close()
    return folder / "notifications.db"


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    made = World(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


@pytest.fixture
def anne() -> Client:
    return Client()
