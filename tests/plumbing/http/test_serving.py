"""A web that is told to end goes on answering for a while, and says so to who sends it requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from plumbing.serving import draining
from tests.support.programs import free_ports

_APP = """
from plumbing.serving import draining


def make():
    def app(environ, start_response):
        start_response("503 Ending" if environ["PATH_INFO"] == "/healthz" and draining() else "200 OK", [])
        return [b"answered"]

    return app
"""
_SECONDS = 2.0


@contextmanager
def serving(folder: Path, seconds: float) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    (folder / "little.py").write_text(_APP)
    (port,) = free_ports(1)
    paths = os.pathsep.join([str(folder), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "DRAIN_SECONDS": str(seconds), "WEB_WORKERS": "2"}
    start = f"import sys; from plumbing.serving import serve; sys.exit(serve('little:make', {port}))"
    process = subprocess.Popen([sys.executable, "-c", start], env=environment, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while _status(f"{url}/healthz") != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process, url
    finally:
        process.kill()
        process.wait()


def _status(url: str) -> int | None:
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return None


def test_it_says_so_and_answers_on(tmp_path: Path) -> None:
    with serving(tmp_path, _SECONDS) as (process, url):
        process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        seen: list[tuple[int | None, int | None]] = []
        while time.monotonic() - told < _SECONDS / 2:
            seen.append((_status(f"{url}/healthz"), _status(f"{url}/anything")))
        assert seen[-1] == (503, 200)
        assert {answer for _, answer in seen} == {200}
        assert process.wait(30) == 0
        assert time.monotonic() - told >= _SECONDS


def test_a_second_signal_ends_the_waiting(tmp_path: Path) -> None:
    with serving(tmp_path, 60) as (process, url):
        process.send_signal(signal.SIGTERM)
        while _status(f"{url}/healthz") != 503:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_without_a_time_it_ends_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, 0) as (process, _url):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_who_serves_nothing_is_not_about_to_end() -> None:
    assert draining() is False
