"""The portal served to a browser before a gateway that answers as told, and its pages opened in a state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import httpx
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from plumbing.cipher import new_field_key
from portal.app import create_app
from portal.config import load
from tests.browser.devices import Device
from tests.screens.shot import Shot
from tests.services.portal.answers import fill
from tests.services.portal.conftest import SETTINGS, Visitor
from tests.services.portal.gateway import FakeGateway
from tests.support.programs import find_program

_PATIENCE_MS = 10_000
_COOKIE = "parapluie"
_SIGNED_IN = ("broker", "guest", "member", "manager")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The pictures are the report."""


@dataclass
class Studio:
    """One browser and one portal; a window for each door and device, kept for the next picture."""

    app: Flask
    gateway: FakeGateway
    browser: Browser
    url: str
    windows: dict[tuple[str, Device], BrowserContext] = field(default_factory=dict)

    @contextmanager
    def opened(self, shot: Shot, device: Device) -> Iterator[Page]:
        """Yield the page of a shot, in its state; afterwards nothing may have been complained of."""
        self.gateway.forget()
        fill(self.gateway)
        self.gateway.when("GET", "documents/v1/documents/[^/]+/content", _paper)
        window = self._window(shot.door, device)
        shot.says(self.gateway)
        page = window.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(shot.path)
        shot.act(page)
        yield page
        page.close()
        assert not [text for text in complaints if "the server responded with a status of" not in text], complaints

    def _window(self, door: str, device: Device) -> BrowserContext:
        if (door, device) not in self.windows:
            window = self.browser.new_context(
                base_url=self.url,
                locale="fr-FR",
                timezone_id="Europe/Paris",
                viewport={"width": device.width, "height": device.height},
                java_script_enabled=device.scripts,
            )
            window.set_default_timeout(_PATIENCE_MS)
            if door in _SIGNED_IN:
                window.add_cookies([{"name": _COOKIE, "value": self._signed_in(door), "url": self.url}])
            self.windows[door, device] = window
        return self.windows[door, device]

    def _signed_in(self, door: str) -> str:
        visitor = Visitor(self.app.test_client())
        if door == "guest":
            visitor.follow_link()
        else:
            visitor.sign_in(door)
        cookie = visitor.client.get_cookie(_COOKIE)
        assert cookie is not None
        return cookie.value


def portal_before(gateway: FakeGateway) -> Flask:
    """Return the portal as the demonstration has it."""
    more = {"SUPPORT_EMAIL": "support@parapluie.example", "SESSION_KEY": new_field_key()}
    return create_app(load({**SETTINGS, **more}), http=gateway.http())


def _paper(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=_scan(), headers={"Content-Type": "application/pdf"})


@cache
def _scan() -> bytes:
    from deploy.demo.people import scan

    return scan("DOCUMENT (specimen)")


@contextmanager
def studio() -> Iterator[Studio]:
    gateway = FakeGateway()
    app = portal_before(gateway)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with sync_playwright() as playwright:
            path = find_program("chromium", places=["usr/bin"], package="chromium")
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=fr-FR"]
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            yield Studio(app, gateway, browser, f"http://127.0.0.1:{server.server_port}")
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
