"""Fixtures of the portal's tests: the pages before a gateway that answers as it is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from plumbing.cipher import new_field_key
from portal.app import create_app
from portal.config import load
from tests.services.portal.answers import SUBSCRIPTION, fill
from tests.services.portal.gateway import FakeGateway

SETTINGS = {"DEMONSTRATION": "1", "GATEWAY_URL": "http://gateway.test", "PUBLIC_URL": "http://127.0.0.1:8000"}


class Visitor:
    """A browser without scripts: follows nothing by itself, and sends each form with the page's hidden fields."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def hidden(self, page: TestResponse, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
        assert found, f"no {name} in the page:\n{page.text[-3000:]}"
        return found[1]

    def send(self, path: str, page: TestResponse, **values: Any) -> TestResponse:
        """Send the form of `page`, its hidden fields and `values`; a value None leaves one of them out."""
        kept = {
            name: self.hidden(page, name) for name in ("_csrf", "_key", "_carried") if f'name="{name}"' in page.text
        }
        sent = {name: value for name, value in {**kept, **values}.items() if value is not None}
        return self.client.post(path, data=sent)

    def sign_in(self, role: str) -> None:
        answer = self.send("/connexion", self.get("/connexion"), identifier=f"{role}@example.org", password="secret")
        assert answer.status_code == 302, answer.text

    def follow_link(self) -> None:
        assert self.get("/souscrire/the-secret-of-the-link-of-the-quote").status_code == 302

    def assist(self) -> None:
        """Go on with a client, as a broker who attests that the client is with him."""
        path = f"/courtier/souscriptions/{SUBSCRIPTION}"
        answer = self.send(f"{path}/accompagnement", self.get(path), client_present="on")
        assert answer.status_code == 302, answer.text


@pytest.fixture(scope="session")
def only_gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture(scope="session")
def app(only_gateway: FakeGateway) -> Flask:
    """One application for all tests: what it keeps between requests is compiled templates."""
    return create_app(load({**SETTINGS, "SESSION_KEY": new_field_key()}), http=only_gateway.http())


@pytest.fixture
def gateway(only_gateway: FakeGateway) -> FakeGateway:
    only_gateway.forget()
    fill(only_gateway)
    return only_gateway


@pytest.fixture
def api(app: Flask, gateway: FakeGateway) -> Visitor:
    return Visitor(app.test_client())


@pytest.fixture
def somebody_else(app: Flask) -> Visitor:
    return Visitor(app.test_client())
