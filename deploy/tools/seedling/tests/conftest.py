"""Fixtures of seedling's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from deploy.embedded.settings import environments
from plumbing.migrations import migrate
from seedling.app import create_app
from seedling.bootstrap import Bootstrap, build
from seedling.config import load
from tests.support.tokens import verifier


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Bootstrap]:
    """The service on an SQLite file of its own."""
    environment = environments(tmp_path, "http://127.0.0.1:8000")["seedling"]
    made = build(load(environment), verifier=verifier())
    migrate(made.engine, "seedling")
    yield made
    made.close()


@pytest.fixture
def api(services: Bootstrap) -> FlaskClient:
    """The service's API as a client sees it."""
    return create_app(services).test_client()
