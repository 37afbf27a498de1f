"""What pages ask of the API and where they lead, looked at without a browser, on every page that opens by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.screens.catalogue import SHOTS
from tests.screens.shot import Shot, look
from tests.screens.studio import portal_before
from tests.services.portal.answers import fill
from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway

MOST_CALLS = 3
# Where more is asked for, and why it may be.
MORE_CALLS = {"broker-client": "the claims of each contract come from another service"}
OPENED = [shot for shot in SHOTS if shot.act is look]
_ADDRESS = re.compile(r"<(a|form|link|script)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'\b(href|src|action|formaction|method|hx-get|hx-post)="([^"]*)"')


@dataclass
class Portal:
    app: Flask
    gateway: FakeGateway
    visitors: dict[str, Visitor]

    def page(self, shot: Shot) -> TestResponse:
        self.gateway.forget()
        fill(self.gateway)
        shot.says(self.gateway)
        answer = self.visitors[shot.door].get(shot.path)
        while answer.status_code == 302:
            answer = self.visitors[shot.door].get(answer.location)
        return answer


@pytest.fixture(scope="module")
def portal() -> Portal:
    gateway = FakeGateway()
    app = portal_before(gateway)
    fill(gateway)
    visitors = {door: Visitor(app.test_client()) for door in ("", "new", "broker", "member", "manager", "guest")}
    for door in ("broker", "member", "manager"):
        visitors[door].sign_in(door)
    visitors["guest"].follow_link()
    return Portal(app, gateway, visitors)


@pytest.mark.parametrize("shot", OPENED, ids=lambda shot: shot.name)
def test_a_page_asks_the_api_at_most_three_times(shot: Shot, portal: Portal) -> None:
    portal.page(shot)
    asked = [f"{one.method} {one.url.path}" for one in portal.gateway.asked]
    assert len(asked) <= MOST_CALLS or shot.name in MORE_CALLS, asked
    assert len(set(asked)) == len(asked) or shot.name.startswith("manager-home"), f"asked twice: {asked}"


@pytest.mark.parametrize("shot", OPENED, ids=lambda shot: shot.name)
def test_every_link_of_a_page_leads_somewhere(shot: Shot, portal: Portal) -> None:
    addresses = portal.app.url_map.bind("127.0.0.1")
    dead = []
    for tag, attributes in _ADDRESS.findall(portal.page(shot).text):
        found = dict(_ATTRIBUTE.findall(attributes))
        post = found.get("method") == "post" or "formaction" in found
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            path = found.get(name, "").partition("?")[0].partition("#")[0]
            if not path or path.startswith(("mailto:", "tel:")):
                continue
            try:
                addresses.match(path, method="POST" if post or name == "hx-post" else "GET")
            except (NotFound, MethodNotAllowed, RequestRedirect) as failure:
                dead.append(f"<{tag} {name}={path}>: {type(failure).__name__}")
    assert dead == []
