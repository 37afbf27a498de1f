"""Fixtures of signature's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.signature.authorities import TimestampAuthority
from tests.services.signature.world import Guest, World


@pytest.fixture(scope="session")
def authority() -> TimestampAuthority:
    return TimestampAuthority.make()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.make(tmp_path)
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Guest:
    """The client of one subscription whose documents are ready to sign."""
    return world.guest(world.ready_to_sign())
