"""A mail read in a browser: as it was sent, and without the rights of a page of ours."""

from __future__ import annotations

from tests.services.portal.conftest import Visitor
from tests.services.portal.gateway import FakeGateway, body_of

ADDRESS = "notifications/v1/web-versions"
MAIL = '<!doctype html><html lang="fr"><body><p>Bonjour Madame Roche,</p></body></html>'


def test_the_mail_is_shown_as_it_was_sent(api: Visitor, gateway: FakeGateway) -> None:
    gateway.on("POST", ADDRESS, {"html": MAIL})
    page = api.get("/message/" + "t" * 43)
    assert (page.status_code, page.text, page.mimetype) == (200, MAIL, "text/html")
    assert body_of(gateway.calls("POST", ADDRESS)[0]) == {"token": "t" * 43}
    policy = page.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_a_link_that_opens_nothing_says_so(api: Visitor, gateway: FakeGateway) -> None:
    gateway.refuse("POST", ADDRESS, 404, "message.not_found", "Introuvable.")
    page = api.get("/message/nothing")
    assert page.status_code == 404
    assert "Ce message ne peut plus être affiché ici" in page.text
