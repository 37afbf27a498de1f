"""After a whole journey every door is walked through by its links, and none of them leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from deploy.demo import journey
from deploy.demo.client import Api, Mailbox
from deploy.demo.story import Story
from deploy.embedded.settings import DEMONSTRATION_PASSWORD
from tests.journeys.embedded import EmbeddedPlatform

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
_FILE = re.compile(r'<(?:link|script|img)\b[^>]*\b(?:href|src)="(/[^"]+)"')
_MOST_PAGES = 150
_FEWEST_PAGES = {"": 5, "broker": 15, "manager": 5, "member": 6}


@pytest.fixture(scope="module")
def story(platform: EmbeddedPlatform) -> Iterator[Story]:
    """A family that subscribed, is covered, and was paid."""
    story = Story(Api(platform.url), Mailbox(f"{platform.url}/mailbox"), DEMONSTRATION_PASSWORD)
    for _name, step in journey.STEPS:
        step(story)
    yield story
    story.close()


def visitor(platform: EmbeddedPlatform, identifier: str = "", password: str = "") -> httpx.Client:
    """A browser without scripts, signed in unless nobody is named."""
    browser = httpx.Client(base_url=platform.url, follow_redirects=True, timeout=30)
    if identifier:
        csrf = re.search(r'name="_csrf" value="([^"]+)"', browser.get("/connexion").text)
        assert csrf
        sent = {"_csrf": csrf[1], "identifier": identifier, "password": password}
        assert "Se déconnecter" in browser.post("/connexion", data=sent).text
    return browser


def walked(browser: httpx.Client, start: str) -> tuple[set[str], list[str]]:
    """Follow every link of ours from `start`; return the pages seen and what leads nowhere."""
    seen: set[str] = set()
    dead, ahead = [], [(start, "the door")]
    while ahead and len(seen) < _MOST_PAGES:
        path, found_on = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path)
        if answer.status_code != 200:
            dead.append(f"{answer.status_code} {path} (on {found_on})")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        anchors = {unescape(link) for link in _LINK.findall(answer.text)} | set(_FILE.findall(answer.text))
        for link in anchors:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/mailbox"):
                continue
            if parts.fragment and not parts.path and f'id="{parts.fragment}"' not in answer.text:
                dead.append(f"#{parts.fragment} on {path}")
            target = urljoin(path, link).partition("#")[0]
            if target and target not in seen:
                ahead.append((target, path))
    return seen, dead


def test_no_link_of_any_door_leads_nowhere(story: Story, platform: EmbeddedPlatform) -> None:
    doors = {
        "": (visitor(platform), "/"),
        "broker": (visitor(platform, journey.BROKER, DEMONSTRATION_PASSWORD), "/courtier/"),
        "manager": (visitor(platform, journey.MANAGER, DEMONSTRATION_PASSWORD), "/gestion/"),
        "member": (visitor(platform, story.family.email, journey.MEMBER_PASSWORD), "/adherent/"),
    }
    for door, (browser, start) in doors.items():
        with closing(browser):
            seen, dead = walked(browser, start)
            assert dead == []
            assert len(seen) >= _FEWEST_PAGES[door], f"{door}: {sorted(seen)}"
