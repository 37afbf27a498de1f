"""The migrations make the tables that the code expects, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from plumbing.database import make_engine
from plumbing.migrations import is_current, migrate
from quoting.adapters.tables import METADATA
from tests.support.fixtures import postgres, postgres_url  # noqa: F401


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_migrations_make_what_the_code_expects(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else f"sqlite:///{tmp_path}/quoting.db"
    engine = make_engine(url)
    migrate(engine, "quoting")
    assert is_current(engine, "quoting")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()
