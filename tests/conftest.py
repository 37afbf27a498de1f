"""What every test shares: the plugins and the rule that a unit test touches no network."""

from __future__ import annotations

import socket

import pytest

pytest_plugins = ["pytester", "tests.support.features", "tests.support.fixtures", "tests.support.skips"]


@pytest.fixture(autouse=True)
def _unit_tests_open_no_socket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "unit" in request.path.parts:

        def refuse(*arguments: object, **_: object) -> None:
            raise AssertionError(f"a unit test may not open a connection: {arguments[-1]}")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket.socket, "connect_ex", refuse)
