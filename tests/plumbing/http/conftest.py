"""The demo service on SQLite, and a client that speaks as somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.plumbing.http.demo import NOW, Demo, demo_app, new_demo
from tests.support.tokens import bearer


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = new_demo(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def client(demo: Demo) -> FlaskClient:
    return demo_app(demo).test_client()


@pytest.fixture
def as_broker() -> dict[str, str]:
    return bearer("broker", "broker-1", now=NOW)


@pytest.fixture
def as_manager() -> dict[str, str]:
    return bearer("manager", "manager-1", now=NOW)


@pytest.fixture
def note() -> Callable[..., dict[str, Any]]:
    """Return a good body, with changes."""

    def body(**changes: Any) -> dict[str, Any]:
        return {"title": "Achats", "price": "51.74", **changes}

    return body
