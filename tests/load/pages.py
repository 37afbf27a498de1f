"""What a page of the portal costs: the portal's own time for it, and the bytes of a first visit.

Its own time is its thread's CPU: beside the API, whose answers are taken off, it waits for nothing.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import httpx
from werkzeug.test import Client

from plumbing.telemetry.logs import configure_logs
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.latency import percentile

_TIMES = 3
_LINKED = re.compile(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"')
_IN_A_STYLE = re.compile(r'url\("?([^")]+)"?\)')
_FIRST_PAGES = ("/", "/connexion", "/verifier", "/souscription/adhesion")


@contextmanager
def stage_times(_ground: Ground) -> Iterator[Sides]:
    with Child("tests.load.pages:page_turns", {}) as measured, Child("tests.load.pages:bare_turns", {}) as peer:
        yield Sides(measured, peer)


@contextmanager
def stage_bytes(_ground: Ground) -> Iterator[Sides]:
    with (
        Child("tests.load.pages:visit_turns", {"encoding": "gzip"}) as measured,
        Child("tests.load.pages:visit_turns", {"encoding": "identity"}) as peer,
    ):
        yield Sides(measured, peer)


TRIALS = (
    Trial(
        figures=(Figure("portal_page_p95_ms", "ms", Limit(50, of_value=True), percentile(0.95), pooled=True),),
        stage=stage_times,
        how=(
            "CPU of a page of the portal without what the API takes: cookie opened, calls made and read, page drawn; "
            "every page that opens by its address, the lists of fifty rows among them; against a page of one template "
            "in a bare Flask application"
        ),
        rounds=5,
        seconds=60,
    ),
    Trial(
        figures=(Figure("first_visit_kb", "kB", Limit(150, of_value=True), max),),
        stage=stage_bytes,
        how=(
            "what a browser that was never here loads with its first page (the largest of four): page, styles, script, "
            "typeface, mark; against the same uncompressed"
        ),
        rounds=3,
        seconds=10,
    ),
)


@contextmanager
def page_turns(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Open every page; each sample is one page in milliseconds, without the time the gateway took to answer."""
    from tests.screens.catalogue import SHOTS
    from tests.screens.shot import look
    from tests.screens.studio import portal_before
    from tests.services.portal.answers import fill
    from tests.services.portal.conftest import Visitor
    from tests.services.portal.gateway import FakeGateway

    class Timed(FakeGateway):
        """Notes how long it took over its answers."""

        taken = 0.0

        def http(self) -> httpx.Client:
            return httpx.Client(transport=httpx.MockTransport(self._timed))

        def _timed(self, request: httpx.Request) -> httpx.Response:
            begun = time.thread_time()
            try:
                return self._answer(request)
            finally:
                self.taken += time.thread_time() - begun

    gateway = Timed()
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        configure_logs("portal", stream=nowhere)
        app = portal_before(gateway)
        fill(gateway)
        visitors = {"": Visitor(app.test_client())}
        for door in ("broker", "member", "manager", "guest"):
            visitors[door] = Visitor(app.test_client())
            visitors[door].follow_link() if door == "guest" else visitors[door].sign_in(door)
        shots = [shot for shot in SHOTS if shot.act is look and shot.door in visitors]

        def opened(client: Client, path: str) -> float:
            before, begun = gateway.taken, time.thread_time()
            answer = client.get(path)
            answer.get_data()
            elapsed = time.thread_time() - begun - (gateway.taken - before)
            if answer.status_code == 500:
                raise RuntimeError(f"{path}: {answer.status_code}")
            return elapsed * 1000

        def turn() -> list[float]:
            samples = []
            for shot in shots:
                gateway.forget()
                fill(gateway)
                shot.says(gateway)
                samples += [opened(visitors[shot.door].client, shot.path) for _ in range(_TIMES)]
            return samples

        yield turn


@contextmanager
def bare_turns(_settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """What Flask itself needs for a page with one table."""
    from flask import Flask, render_template_string

    app = Flask("bare")
    page = (
        "<!doctype html><title>{{ title }}</title><table>{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}"
    )
    app.add_url_rule("/", view_func=lambda: render_template_string(page, title="Bare", rows=range(20)))
    client = app.test_client()

    def one() -> float:
        begun = time.thread_time()
        client.get("/").get_data()
        return (time.thread_time() - begun) * 1000

    yield lambda: [one() for _ in range(100)]


@contextmanager
def visit_turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Load a first page with all that it asks for; each sample is one visit in thousands of bytes."""
    from tests.screens.studio import portal_before
    from tests.services.portal.answers import fill
    from tests.services.portal.conftest import Visitor
    from tests.services.portal.gateway import FakeGateway

    gateway = FakeGateway()
    app = portal_before(gateway)
    fill(gateway)

    def load(client: Client, path: str) -> bytes:
        with client.get(path, headers={"Accept-Encoding": settings["encoding"]}) as answer:
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            return answer.get_data()

    def visit(page: str) -> float:
        visitor = Visitor(app.test_client())
        if page.startswith("/souscription"):
            visitor.follow_link()
        content = load(visitor.client, page)
        files = {urljoin(page, address) for address in _LINKED.findall(content.decode())}
        for style in [address for address in files if ".css" in address]:
            plain = visitor.client.get(style)
            files |= {
                urljoin(style, inner) for inner in _IN_A_STYLE.findall(plain.text) if not inner.startswith("data:")
            }
            plain.close()
        return (len(content) + sum(len(load(visitor.client, address)) for address in files)) / 1000

    yield lambda: [visit(page) for page in _FIRST_PAGES]
