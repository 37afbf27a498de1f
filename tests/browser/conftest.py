"""A real browser before the whole platform: Debian's chromium, driven by Playwright, as somebody in France uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.demo.client import Mailbox
from tests.browser.devices import DESK, Device
from tests.journeys.embedded import EmbeddedPlatform
from tests.support.programs import find_program

_PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPlatform]:
    """`make run`'s process on a folder of its own."""
    platform = EmbeddedPlatform(tmp_path_factory.mktemp("browser") / "state")
    platform.start()
    yield platform
    platform.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: while it is open its event loop runs in this thread, and later tests need their own."""
    with sync_playwright() as playwright:
        path = find_program("chromium", places=["usr/bin"], package="chromium")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=fr-FR"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, platform: EmbeddedPlatform) -> Iterator[Page]:
    """A page of a new browser window; give a Device as the fixture's parameter for another than a desk's."""
    device: Device = getattr(request, "param", DESK)
    context = browser.new_context(
        base_url=platform.url,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": device.width, "height": device.height},
        java_script_enabled=device.scripts,
    )
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    # A refused script or style, or a missing file, is said on the console and nowhere else.
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [text for text in complaints if "status of 4" not in text], complaints


@pytest.fixture
def mailbox(platform: EmbeddedPlatform) -> Iterator[Mailbox]:
    mailbox = Mailbox(f"{platform.url}/mailbox")
    yield mailbox
    mailbox.close()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder with what people send: two files for a claim, an identity card, and something that is no document."""
    from deploy.demo.people import picture, scan

    (tmp_path / "identite.jpg").write_bytes(picture("CARTE NATIONALE D'IDENTITE (specimen)"))
    (tmp_path / "facture.pdf").write_bytes(scan("FACTURE (specimen) 60,00 EUR"))
    (tmp_path / "ordonnance.jpg").write_bytes(picture("ORDONNANCE (specimen)"))
    (tmp_path / "note.pdf").write_text("ceci n'est pas un PDF")
    return tmp_path
