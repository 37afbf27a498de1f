"""What needs two managers, what a hold stops, and what is left of a ceremony whose time is over."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from plumbing.ids import new_id
from plumbing.jobs import JobRunner
from signature.adapters.tables import METADATA, SEAL_RECORD, TOMBSTONE
from signature.domain import retention
from signature.domain.state import State
from signature.jobs import JOBS
from signature.usecases.purge_ceremony import purge
from tests.services.signature.integration.test_sealing_job import job_states
from tests.services.signature.world import Guest, World
from tests.support.tokens import bearer

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


class Manager:
    """A person of the mutual's staff."""

    def __init__(self, world: World, name: str, tenant: str = "rives") -> None:
        self.world, self.name, self.tenant = world, name, tenant

    @property
    def headers(self) -> dict[str, str]:
        own = bearer("manager", self.name, self.tenant, now=self.world.clock.now())
        return {**own, "Idempotency-Key": new_id()}

    def ask(self, reference: str, act: str) -> Any:
        body = {"reference": reference, "act": act, "reason": "Réquisition du tribunal"}
        return self.world.client.post("/v1/act-requests", json=body, headers=self.headers)

    def decide(self, request_id: str, approved: bool = True) -> Any:
        path = f"/v1/act-requests/{request_id}/decision"
        return self.world.client.post(path, json={"approved": approved}, headers=self.headers)

    def hold(self, reference: str) -> Any:
        body = {"reference": reference, "reason": "Contestation du client"}
        return self.world.client.post("/v1/legal-holds", json=body, headers=self.headers)

    def requests(self) -> Any:
        return self.world.client.get("/v1/act-requests", headers=self.headers).json["items"]


@pytest.fixture
def anne(world: World) -> Manager:
    return Manager(world, "anne")


@pytest.fixture
def bruno(world: World) -> Manager:
    return Manager(world, "bruno")


@pytest.fixture
def sealed(api: Guest, world: World) -> str:
    """The reference of a sealed envelope."""
    api.sign_all()
    world.run_jobs()
    return str(api.ceremony()["reference"])


@pytest.fixture
def refused(api: Guest) -> str:
    """The reference of a ceremony that was refused."""
    reference = str(api.ceremony()["reference"])
    assert api.post("refusal", {"reason": "Mes mots à moi"}).status_code == 200
    return reference


def night(world: World) -> None:
    """Have the clock-driven jobs come round."""
    JobRunner(JOBS, world.services).plant_clock_driven()
    world.run_jobs()


def happenings(world: World) -> list[str]:
    with world.services.engine.connect() as connection:
        return list(connection.execute(text("SELECT happening FROM journal ORDER BY position")).scalars())


class TestTwoManagers:
    def test_an_evidence_is_handed_to_who_asked_once_another_agrees(
        self, world: World, sealed: str, anne: Manager, bruno: Manager
    ) -> None:
        asked = anne.ask(sealed, "export")
        assert (asked.status_code, asked.json["state"]) == (201, "asked")
        assert world.events("signature.evidence.released.v1") == []
        assert bruno.decide(asked.json["id"]).json["state"] == "approved"
        [event] = world.events("signature.evidence.released.v1")
        [evidence] = world.neighbours.of_kind("evidence")
        assert (event["data"]["evidence_document_id"], event["data"]["manager_id"]) == (evidence.id, "anne")
        assert happenings(world)[-2:] == ["act.asked", "act.decided"]
        assert [(each["act_label"], each["decided_by"]) for each in anne.requests()] == [
            ("Remise du dossier de preuve", "bruno")
        ]
        assert [(each["mine"], each["evidence_document_id"]) for each in anne.requests()] == [(True, evidence.id)]
        assert [(each["mine"], each["evidence_document_id"]) for each in bruno.requests()] == [(False, None)]

    def test_nobody_decides_on_his_own_wish(self, sealed: str, anne: Manager, world: World) -> None:
        request_id = anne.ask(sealed, "export").json["id"]
        refused = anne.decide(request_id)
        assert (refused.status_code, refused.json["code"]) == (403, "request.same_person")
        assert world.events("signature.evidence.released.v1") == []

    def test_a_refusal_does_nothing_and_is_final(
        self, world: World, sealed: str, anne: Manager, bruno: Manager
    ) -> None:
        request_id = anne.ask(sealed, "export").json["id"]
        assert bruno.decide(request_id, approved=False).json["state"] == "refused"
        assert bruno.decide(request_id).json["code"] == "request.over"
        assert world.events("signature.evidence.released.v1") == []

    def test_after_seven_days_nobody_decides_any_more(
        self, world: World, sealed: str, anne: Manager, bruno: Manager
    ) -> None:
        first, second = (anne.ask(sealed, "export").json["id"] for _ in range(2))
        world.wait(days=6, hours=23, minutes=59, seconds=59)
        assert bruno.decide(first).status_code == 200
        world.wait(seconds=1)
        assert bruno.decide(second).json["code"] == "request.over"
        assert anne.requests()[0]["state"] == "lapsed"

    def test_another_mutual_sees_nothing_of_it(self, world: World, sealed: str, anne: Manager) -> None:
        request_id = anne.ask(sealed, "export").json["id"]
        stranger = Manager(world, "carl", "plateau")
        assert stranger.requests() == []
        assert stranger.decide(request_id).status_code == 404
        assert stranger.ask(sealed, "export").status_code == 404

    def test_a_guest_asks_for_nothing(self, world: World, sealed: str, api: Guest) -> None:
        body = {"reference": sealed, "act": "export", "reason": "Pour voir"}
        headers = {**api.headers, "Idempotency-Key": new_id()}
        assert world.client.post("/v1/act-requests", json=body, headers=headers).status_code == 403

    def test_a_sealing_that_was_parked_is_begun_again(
        self, world: World, api: Guest, anne: Manager, bruno: Manager
    ) -> None:
        api.sign_all()
        changed = world.neighbours.files[world.documents[1]["document_id"]]
        changed.content += b"\n"
        world.run_jobs()
        assert [state for state, _ in job_states(world)] == ["parked"]
        changed.content = changed.content[:-1]
        reference = str(api.ceremony()["reference"])
        assert bruno.decide(anne.ask(reference, "reseal").json["id"]).status_code == 200
        world.run_jobs()
        assert api.ceremony()["state"] == "sealed"
        assert len(world.events("signature.envelope.sealed.v1")) == 1
        assert anne.ask(reference, "reseal").json["code"] == "act.impossible"

    @pytest.mark.parametrize("act", ["reseal", "purge", "lift_hold"])
    def test_what_has_no_object_is_not_asked_for(self, sealed: str, anne: Manager, act: str) -> None:
        assert anne.ask(sealed, act).json["code"] == "act.impossible"

    def test_the_evidence_is_no_manager_s_before(self, world: World, sealed: str) -> None:
        [evidence] = world.neighbours.of_kind("evidence")
        assert evidence.fields["readers"] == "[]"


class TestRetention:
    def test_refused_is_forgotten_after_thirteen_months_and_leaves_a_tombstone(
        self, world: World, refused: str, api: Guest
    ) -> None:
        night(world)
        ceremony_id = api.ceremony_id()
        world.wait(days=395, hours=23)
        night(world)
        assert world.events("signature.ceremony.purged.v1") == []
        world.wait(days=2)
        night(world)
        [event] = world.events("signature.ceremony.purged.v1")
        assert event["data"]["ceremony_id"] == ceremony_id
        with world.services.engine.connect() as connection:
            [left] = connection.execute(select(TOMBSTONE)).all()
            assert (left.ceremony_id, left.state, left.journal_length) == (ceremony_id, State.REFUSED, 2)
            for table in METADATA.sorted_tables:
                if {"ceremony_id", "signer_id"} & set(table.c.keys()) and table is not TOMBSTONE:
                    assert connection.execute(select(func.count()).select_from(table)).scalar() == 0, table.name

    def test_before_that_it_is_not_purged_by_hand_either(self, refused: str, anne: Manager) -> None:
        assert anne.ask(refused, "purge").json["code"] == "act.impossible"

    def test_two_managers_purge_what_is_due(self, world: World, refused: str, anne: Manager, bruno: Manager) -> None:
        world.wait(days=396)
        request_id = anne.ask(refused, "purge").json["id"]
        assert bruno.decide(request_id).status_code == 200
        assert len(world.events("signature.ceremony.purged.v1")) == 1
        assert anne.requests() == []

    def test_a_hold_stops_the_clock_and_lifting_it_takes_two(
        self, world: World, refused: str, anne: Manager, bruno: Manager
    ) -> None:
        assert anne.hold(refused).status_code == 201
        assert bruno.hold(refused).status_code == 201
        world.wait(days=500)
        night(world)
        assert world.events("signature.ceremony.purged.v1") == []
        assert anne.ask(refused, "purge").json["code"] == "act.impossible"
        assert bruno.decide(anne.ask(refused, "lift_hold").json["id"]).status_code == 200
        world.wait(days=1)
        night(world)
        assert len(world.events("signature.ceremony.purged.v1")) == 1

    def test_the_day_a_signed_one_goes_documents_is_told_which_files(self, world: World, sealed: str) -> None:
        [said] = world.events("signature.envelope.sealed.v1")
        stored = [each["sealed_document_id"] for each in said["data"]["documents"]]
        with world.services.units.for_tenant("rives")() as work:
            purge(work, work.ceremonies.take_by_reference(sealed))
            work.commit()
        [event] = world.events("signature.ceremony.purged.v1")
        assert event["data"]["document_ids"] == sorted([*stored, said["data"]["evidence_document_id"]])

    def test_what_is_signed_stays_and_its_files_stay_authentic(self, world: World, sealed: str) -> None:
        world.wait(days=4000)
        night(world)
        assert world.events("signature.ceremony.purged.v1") == []
        content = world.neighbours.of_kind("signed.bia")[0].content
        with world.services.engine.connect() as connection:
            prints = set(connection.execute(select(SEAL_RECORD.c.sha256)).scalars())
        assert hashlib.sha256(content).hexdigest() in prints

    def test_without_a_tombstone_the_database_keeps_the_journal_and_a_tombstone_for_ever(
        self, world: World, refused: str
    ) -> None:
        with pytest.raises(IntegrityError, match="append-only"), world.services.engine.begin() as connection:
            connection.execute(text("DELETE FROM journal"))
        world.wait(days=398)
        night(world)
        for statement in ("DELETE FROM tombstone", "UPDATE tombstone SET journal_length = 0"):
            with pytest.raises(IntegrityError, match="append-only"), world.services.engine.begin() as connection:
                connection.execute(text(statement))

    @pytest.mark.parametrize(
        ("state", "cover_ended_on", "held", "now", "due"),
        [
            (State.SEALED, None, False, datetime(2099, 1, 1, tzinfo=UTC), False),
            (State.SEALED, date(2026, 12, 31), False, datetime(2036, 12, 30, 23, 59, tzinfo=UTC), False),
            (State.SEALED, date(2026, 12, 31), False, datetime(2036, 12, 31, tzinfo=UTC), True),
            (State.SEALED, date(2024, 2, 29), False, datetime(2034, 2, 28, tzinfo=UTC), False),
            (State.SEALED, date(2024, 2, 29), False, datetime(2034, 3, 1, tzinfo=UTC), True),
            (State.SEALED, date(2026, 12, 31), True, datetime(2099, 1, 1, tzinfo=UTC), False),
            (State.EXPIRED, None, False, NEW_YEAR + retention.VOID_KEPT, True),
        ],
    )
    def test_the_two_classes(
        self, state: State, cover_ended_on: date | None, held: bool, now: datetime, due: bool
    ) -> None:
        told = retention.may_be_purged(state, ended_at=NEW_YEAR, cover_ended_on=cover_ended_on, held=held, now=now)
        assert told is due
