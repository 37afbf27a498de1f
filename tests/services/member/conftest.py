"""Fixtures of member's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.member.front import Api
from tests.services.member.world import World


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("member")
    world = World(folder)
    world.prepare()
    with world.services.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.close()
    return folder / "member.db"


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    made = World(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)
