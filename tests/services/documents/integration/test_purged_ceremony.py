"""When signature has purged a ceremony, its sealed files and its evidence go from here too: record, then bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from documents.adapters.tables import DOCUMENT
from documents.domain.document import object_key
from documents.jobs import JOBS
from documents.usecases.ports import StoreUnavailable
from plumbing.ids import new_id
from plumbing.jobs import JobRunner
from tests.services.documents.integration.test_access_matrix import _paper
from tests.services.documents.world import Somebody, World, service

MANAGER = Somebody("manager", "anne")
PURGED = "signature.ceremony.purged.v1"


@pytest.fixture
def stored(api: World) -> dict[str, str]:
    """What one signature leaves here, and what it was made of."""
    subscription, ceremony = f"subscription:{new_id()}", f"ceremony:{new_id()}"
    evidence = _paper(api, service("signature"), ceremony, "evidence", "[]")
    api.hear("signature.evidence.released.v1", {"evidence_document_id": evidence, "manager_id": MANAGER.id})
    return {
        "sealed": _paper(api, service("signature"), subscription, "signed.bia", "[]"),
        "evidence": evidence,
        "paper": _paper(api, service("quoting"), subscription, "bia", "[]"),
    }


def told(*document_ids: str) -> dict[str, Any]:
    return {"ceremony_id": new_id(), "subject": f"subscription:{new_id()}", "document_ids": list(document_ids)}


def seen(api: World, stored: dict[str, str]) -> dict[str, int]:
    return {name: api.get(f"/{document_id}/content", MANAGER).status_code for name, document_id in stored.items()}


def kept(api: World, stored: dict[str, str]) -> set[str]:
    keys = api.objects()
    return {name for name, document_id in stored.items() if object_key(document_id) in keys}


def run_jobs(api: World) -> int:
    runner, count = JobRunner(JOBS, api.services), 0
    while runner.run_one():
        count += 1
    return count


def test_sealed_files_and_evidence_are_withdrawn_at_once_then_deleted(api: World, stored: dict[str, str]) -> None:
    assert seen(api, stored) == {"sealed": 200, "evidence": 200, "paper": 200}
    api.hear(PURGED, told(stored["sealed"], stored["evidence"]))
    assert seen(api, stored) == {"sealed": 404, "evidence": 404, "paper": 200}
    assert api.ids_listed(MANAGER) == {stored["paper"]}
    assert kept(api, stored) == {"sealed", "evidence", "paper"}
    run_jobs(api)
    assert kept(api, stored) == {"paper"}
    records = {row["id"]: (row["state"], len(row["sha256_stored"])) for row in api.rows(DOCUMENT)}
    assert records[stored["evidence"]] == ("purged", 64)


def test_said_twice_it_is_done_once(api: World, stored: dict[str, str]) -> None:
    for _ in range(2):
        api.hear(PURGED, told(stored["sealed"], stored["evidence"], new_id()))
    assert api.kept_for_later() == []
    run_jobs(api)
    api.hear(PURGED, told(stored["sealed"]))
    assert run_jobs(api) == 0
    assert kept(api, stored) == {"paper"}


def test_signature_speaks_for_its_own_files_alone(api: World, stored: dict[str, str]) -> None:
    api.hear(PURGED, told(stored["paper"]))
    api.hear(PURGED, told(stored["sealed"]), tenant="plateau")
    run_jobs(api)
    assert seen(api, stored) == {"sealed": 200, "evidence": 200, "paper": 200}


def test_a_store_that_does_not_answer_is_asked_again(
    api: World, stored: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, asked = api.services.store.delete, []

    def once_away(key: str) -> None:
        asked.append(key)
        if len(asked) == 1:
            raise StoreUnavailable
        delete(key)

    monkeypatch.setattr(api.services.store, "delete", once_away)
    api.hear(PURGED, told(stored["sealed"]))
    run_jobs(api)
    assert kept(api, stored) == {"sealed", "evidence", "paper"}
    api.clock.advance(timedelta(hours=1))
    run_jobs(api)
    assert kept(api, stored) == {"evidence", "paper"}
    assert set(asked) == {object_key(stored["sealed"])}
