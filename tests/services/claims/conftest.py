"""Fixtures of claims' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from plumbing.ids import new_id
from tests.services.claims.factories import Family, line
from tests.services.claims.world import World
from tests.support.tokens import token_for

MANAGER = "manager-1"


class Api:
    """Speaks HTTP to claims as members and managers would."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.app.test_client()

    def call(self, method: str, path: str, body: Any = None, *, role: str, sub: str, **more: Any) -> TestResponse:
        token = token_for(role, sub, more.pop("tenant", "rives"), now=self.world.clock.now())
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            headers["Idempotency-Key"] = more.pop("key", new_id())
        return self.client.open(f"/v1{path}", method=method, json=body, headers=headers, query_string=more)

    def as_member(self, family: Family, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call(method, path, body, role="member", sub=family.member_id, **more)

    def as_manager(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call(method, path, body, role="manager", sub=more.pop("sub", MANAGER), **more)

    def draft(self, family: Family, **changes: Any) -> str:
        body = {
            "contract_id": family.contract_id,
            "beneficiary_id": family.mother_id,
            "care_date": "2026-11-10",
            "description": "Consultation",
            **changes,
        }
        answer = self.as_member(family, "POST", "/claims", body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def submitted(self, family: Family, documents: int = 2, **changes: Any) -> str:
        claim_id = self.draft(family, **changes)
        ids = [new_id() for _ in range(documents)]
        for document_id in ids:
            self.world.hear_stored(document_id, claim_id, family.member_id)
        answer = self.as_member(family, "POST", f"/claims/{claim_id}/submission", {"document_ids": ids})
        assert answer.status_code == 200, answer.json
        return claim_id

    def accept(self, claim_id: str, *lines: dict[str, Any], **more: Any) -> TestResponse:
        body = {"outcome": "accepted", "lines": list(lines) or [line()]}
        return self.as_manager("POST", f"/claims/{claim_id}/decision", body, **more)

    def refuse(self, claim_id: str, reason: str | None = "Facture illisible") -> TestResponse:
        return self.as_manager("POST", f"/claims/{claim_id}/decision", {"outcome": "refused", "reason": reason})

    def order(self, claim_id: str, **more: Any) -> TestResponse:
        return self.as_manager("POST", f"/claims/{claim_id}/payment", **more)

    def paid(self, family: Family, **changes: Any) -> str:
        claim_id = self.submitted(family, **changes)
        assert self.accept(claim_id).status_code == 200
        assert self.order(claim_id).status_code == 200
        self.world.run_jobs()
        return claim_id


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("claims")
    world = World(folder)
    world.prepare()
    with world.services.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.close()
    return folder / "claims.db"


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    made = World(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)
