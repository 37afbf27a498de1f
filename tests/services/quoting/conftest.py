"""Fixtures of quoting's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plumbing.ids import new_id
from tests.services.quoting import factories
from tests.services.quoting.world import World
from tests.support.tokens import bearer


class Api:
    """Speaks HTTP to quoting as a broker, a guest or a manager would."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "broker",
        sub: str | None = None,
        tenant: str = "rives",
        scope: str = "",
        key: str | None = None,
        client: FlaskClient | None = None,
    ) -> TestResponse:
        who = {"broker": factories.BROKER_ID, "manager": factories.MANAGER_ID}
        headers = (
            bearer(role, sub or who.get(role, new_id()), tenant, scope, now=self.world.clock.now()) if role else {}
        )
        if method == "POST":
            headers["Idempotency-Key"] = key or new_id()
        return (client or self.world.client).open(f"/v1{path}", method=method, json=body, headers=headers)

    def get(self, path: str, **caller: Any) -> TestResponse:
        return self.call("GET", path, **caller)

    def post(self, path: str, body: Any = None, **caller: Any) -> TestResponse:
        return self.call("POST", path, body, **caller)

    def issue(self, body: dict[str, Any] | None = None, **caller: Any) -> dict[str, Any]:
        """Store a quote and have it issued; returns it as its broker reads it."""
        answer = self.post("/quotes", body or factories.quote(), **caller)
        assert answer.status_code == 201, answer.json
        self.world.work()
        issued: dict[str, Any] = self.get(f"/quotes/{answer.get_json()['id']}", **caller).get_json()
        assert issued["status"] == "validated", self.world.waiting_jobs()
        return issued

    def link_secret(self) -> str:
        """The secret of the last link that was sent."""
        secret: str = self.world.said("quoting.quote.issued.v1")[-1].sealed["notifications"]["link_secret"]
        return secret

    def as_guest(self, subscription_id: str) -> dict[str, Any]:
        return {"role": "guest", "sub": "guest", "scope": f"subscription:{subscription_id}"}

    def submit(self, quote: dict[str, Any], **changes: Any) -> TestResponse:
        """Submit the subscription of an issued quote, every document read."""
        body = factories.submission([each["document_id"] for each in quote["documents"]], **changes)
        subscription_id = quote["subscription_id"]
        return self.post(f"/subscriptions/{subscription_id}/submission", body, **self.as_guest(subscription_id))

    def subscribe(self, quote: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Issue, submit, and have the papers made; returns the subscription."""
        issued = quote or self.issue()
        answer = self.submit(issued, **changes)
        assert answer.status_code == 201, answer.json
        self.world.work()
        return self.subscription(issued["subscription_id"])

    def subscription(self, subscription_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(
            f"/subscriptions/{subscription_id}", **self.as_guest(subscription_id)
        ).get_json()
        return found

    def sign(self, subscription_id: str) -> None:
        """Have signature say that the client signed."""
        data = {
            "ceremony_id": new_id(),
            "subject": f"subscription:{subscription_id}",
            "reference": "7K2M9QXA",
            "product_name": "Horizon TNS",
            "signed_at": self.world.clock.now(),
        }
        self.world.hear("signature.ceremony.signed.v1", data)

    def seal(self, subscription_id: str) -> None:
        """Have signature say that the sealed papers are stored."""
        data = {
            "subject": f"subscription:{subscription_id}",
            "sealed_at": self.world.clock.now(),
            "evidence_document_id": new_id(),
            "documents": [
                {"sealed_document_id": new_id(), "kind": "signed.bia", "title": "Bulletin", "sha256": "ab" * 32}
            ],
        }
        self.world.hear("signature.envelope.sealed.v1", data)

    def send_piece(self, subscription_id: str, kind: str = "piece.identity") -> str:
        """Have documents say that a piece came in; returns its id."""
        document_id = new_id()
        data = {"document_id": document_id, "kind": kind, "subject": f"subscription:{subscription_id}"}
        self.world.hear("documents.document.stored.v1", data, subject=document_id)
        return document_id

    def file_of(self, subscription_id: str) -> dict[str, Any]:
        file_id = self.subscription(subscription_id)["file"]["id"]
        found: dict[str, Any] = self.get(f"/files/{file_id}", role="manager").get_json()
        return found


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("quoting")
    world = World(folder)
    world.prepare()
    with world.services.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.close()
    return folder / "quoting.db"


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    made = World(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)
