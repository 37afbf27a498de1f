"""State, event, job and claim commit together or not at all, within one tenant."""

from __future__ import annotations

import threading
from contextlib import suppress

import orjson
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from plumbing.database import EVENT_SEQUENCE, JOB, OUTBOX
from plumbing.errors import StaleWrite
from plumbing.events import UndeclaredEvent
from plumbing.ids import new_id
from plumbing.together import PassedOver
from tests.plumbing.core.kitchen import POTS, Kitchen, Pot


def test_state_and_event_commit_together(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id, 3)

    (row,) = kitchen.rows(OUTBOX)
    envelope = orjson.loads(row.envelope)
    assert kitchen.content(pot_id) == 3
    assert (envelope["type"], envelope["source"], envelope["subject"]) == (
        "kitchen.pot.filled.v1",
        "/parapluie/kitchen",
        pot_id,
    )
    assert envelope["data"] == {"pot_id": pot_id, "content": 3}
    assert envelope["tenant"] == "rives"
    assert envelope["sequence"] == 1
    assert envelope["id"] == row.event_id


def test_leaving_without_commit_keeps_nothing(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow()() as work:
        work.add(Pot(pot_id))
        work.publish("kitchen.pot.filled.v1", subject=pot_id, data={"pot_id": pot_id, "content": 1})
        work.schedule("stir", {"pot_id": pot_id})

    assert kitchen.content(pot_id) is None
    assert kitchen.rows(OUTBOX) == kitchen.rows(JOB) == []


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("kitchen.pot.broken.v1", {}),
        ("kitchen.pot.filled.v1", {"pot_id": "p"}),
        ("kitchen.pot.filled.v1", {"pot_id": "p", "content": 1, "colour": "red"}),
        ("kitchen.pot.filled.v1", {"pot_id": None, "content": 1}),
    ],
)
def test_only_declared_events_in_their_declared_form_are_said(
    kitchen: Kitchen, type: str, data: dict[str, object]
) -> None:
    with kitchen.uow()() as work, pytest.raises(UndeclaredEvent):
        work.publish(type, subject="p", data=data)


def test_a_sealed_part_must_be_given_for_each_declared_recipient(kitchen: Kitchen) -> None:
    with kitchen.uow()() as work, pytest.raises(UndeclaredEvent):
        work.publish("kitchen.pot.whispered.v1", subject="p", data={"pot_id": "p", "content": 1})


def test_a_sealed_part_is_never_stored_in_clear(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow()() as work:
        work.publish(
            "kitchen.pot.whispered.v1",
            subject=pot_id,
            data={"pot_id": pot_id, "content": 1},
            sealed={"kitchen": {"word": "abracadabra"}},
        )
        work.commit()

    (row,) = kitchen.rows(OUTBOX)
    assert "abracadabra" not in row.envelope
    assert "abracadabra" not in row.sealed
    assert kitchen.sealer.open(orjson.loads(row.sealed)["kitchen"]) == {"word": "abracadabra"}


def test_an_encrypted_column_is_closed_in_the_database_and_open_in_code(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow()() as work:
        work.add(Pot(pot_id, note="1 85 05 78 006 084 91"))
        work.commit()

    with kitchen.engine.connect() as connection:
        stored = connection.execute(text("SELECT note FROM pot")).scalar_one()
    with kitchen.units.reading("rives") as session:
        assert session.get_one(Pot, pot_id).note == "1 85 05 78 006 084 91"
    assert "084" not in stored


def test_another_tenant_sees_nothing(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id, tenant="rives")

    assert kitchen.content(pot_id, tenant="plateau") is None
    with kitchen.units.reading("plateau") as session:
        assert session.scalars(select(Pot)).all() == []
    with kitchen.uow("plateau")() as work:
        assert work.pot(pot_id) is None


def test_an_object_of_another_tenant_cannot_be_added(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow("rives")() as work:
        work.add(Pot(pot_id, tenant="plateau"))
        with pytest.raises(ValueError, match="another tenant"):
            work.commit()


def test_orm_updates_and_deletes_stay_within_the_tenant(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id, 1, tenant="rives")
    with kitchen.uow("plateau")() as work:
        work.session.query(Pot).update({"content": 99})
        work.session.query(Pot).delete()
        work.commit()

    assert kitchen.content(pot_id, "rives") == 1


def test_two_writers_of_one_object_cannot_both_win(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id, 1)
    with kitchen.units.reading("rives") as session:
        stale = session.get_one(Pot, pot_id)
    kitchen.fill(pot_id, 2)

    with kitchen.uow()() as work:
        work.session.add(stale)
        stale.content = 3
        with pytest.raises(StaleWrite):
            work.commit()

    assert kitchen.content(pot_id) == 2


def test_sequences_count_per_subject_without_gap_under_concurrency(kitchen: Kitchen, pot_id: str) -> None:
    other = new_id()
    kitchen.fill(other)

    def say() -> None:
        for _ in range(10):
            with kitchen.uow()() as work:
                work.publish("kitchen.pot.filled.v1", subject=pot_id, data={"pot_id": pot_id, "content": 1})
                work.commit()

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    said = [row.sequence for row in sorted(kitchen.rows(OUTBOX), key=lambda row: row.id) if row.subject == pot_id]
    assert said == list(range(1, 41))
    assert {row.subject: row.last for row in kitchen.rows(EVENT_SEQUENCE)} == {pot_id: 40, other: 1}


def test_a_refusal_that_is_passed_over_is_no_silent_rollback(kitchen: Kitchen, pot_id: str) -> None:
    if kitchen.engine.dialect.name == "sqlite":
        return  # undoes the statement alone, and the rest is committed
    row = {"id": pot_id, "tenant": "rives", "content": 1, "version": 1}

    with kitchen.uow()() as work:
        work.session.execute(POTS.insert(), row)
        with suppress(IntegrityError):
            work.session.execute(POTS.insert(), row)
        with pytest.raises(PassedOver):
            work.commit()

    assert kitchen.content(pot_id) is None
