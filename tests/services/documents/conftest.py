"""Fixtures of the tests of documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.adapters.checks.pool import CheckerPool
from tests.services.documents.world import World, copied
from tests.support.fixtures import postgres, postgres_url, s3

__all__ = ["postgres", "postgres_url", "s3"]


@pytest.fixture(scope="session")
def checker() -> Iterator[CheckerPool]:
    """The real checking children, started once."""
    pool = CheckerPool(size=2)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, checker: CheckerPool) -> Path:
    """A migrated database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("documents")
    world = World(folder, checker)
    world.migrate()
    with world.services.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.services.engine.dispose()
    return folder / "documents.db"


@pytest.fixture
def api(tmp_path: Path, template: Path, checker: CheckerPool) -> Iterator[World]:
    """The service as its callers see it, on SQLite and a folder."""
    world = World(copied(tmp_path / "world", template), checker)
    yield world
    world.services.engine.dispose()
