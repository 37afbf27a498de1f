"""The outbox goes out in order per subject, and only what was confirmed leaves it."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from plumbing.database import ARCHIVE, OUTBOX
from plumbing.ids import new_id
from plumbing.relay import Relay, outbox_depth
from plumbing.singleton import SingletonLock
from plumbing.transport import BusUnavailable, Outcome
from tests.plumbing.core.kitchen import Kitchen


def relay(kitchen: Kitchen, batch: int = 500) -> Relay:
    return Relay(service="kitchen", engine=kitchen.engine, bus=kitchen.bus, clock=kitchen.clock, batch=batch)


def contents(kitchen: Kitchen, subject: str) -> list[int]:
    documents = [orjson.loads(message.body) for message in kitchen.bus.published]
    return [document["data"]["content"] for document in documents if document["subject"] == subject]


def test_confirmed_events_move_to_the_archive(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id)

    assert relay(kitchen).relay_once() == 1

    (message,) = kitchen.bus.published
    assert message.routing_key == message.type == "kitchen.pot.filled.v1"
    assert message.mandatory
    assert kitchen.rows(OUTBOX) == []
    assert [row.event_id for row in kitchen.rows(ARCHIVE)] == [message.message_id]


def test_events_of_one_subject_leave_in_order_and_small_batches_go_on(kitchen: Kitchen, pot_id: str) -> None:
    for content in range(7):
        kitchen.fill(pot_id, content)
        kitchen.fill(new_id(), content)

    worker = relay(kitchen, batch=4)
    while worker.relay_once():
        pass

    assert contents(kitchen, pot_id) == list(range(7))
    assert len(kitchen.bus.published) == 14


def test_an_event_that_nobody_hears_stays_and_holds_back_only_its_subject(kitchen: Kitchen, pot_id: str) -> None:
    other = new_id()
    kitchen.fill(pot_id, 1)
    kitchen.fill(pot_id, 2)
    kitchen.fill(other, 3)
    deaf = True
    kitchen.bus.verdict = lambda message: (
        Outcome.RETURNED if deaf and orjson.loads(message.body)["subject"] == pot_id else Outcome.CONFIRMED
    )
    worker = relay(kitchen)

    worker.relay_once()
    worker.relay_once()
    assert contents(kitchen, other) == [3]
    assert contents(kitchen, pot_id) == []
    assert {row.attempts for row in kitchen.rows(OUTBOX)} == {0, 1}

    deaf = False
    kitchen.clock.advance(timedelta(seconds=61))
    worker.relay_once()
    worker.relay_once()
    assert contents(kitchen, pot_id) == [1, 2]


def test_an_unanswered_batch_stays_in_the_outbox(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.fill(pot_id)
    kitchen.bus.verdict = lambda message: Outcome.UNKNOWN

    with pytest.raises(BusUnavailable):
        relay(kitchen).relay_once()

    assert len(kitchen.rows(OUTBOX)) == 1
    assert kitchen.rows(ARCHIVE) == []


def test_an_optional_event_is_published_without_asking_for_its_return(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow()() as work:
        work.publish("kitchen.pot.seen.v1", subject=pot_id, data={"pot_id": pot_id, "content": 0})
        work.commit()

    relay(kitchen).relay_once()

    assert [message.mandatory for message in kitchen.bus.published] == [False]


def test_one_relay_is_active_and_the_next_takes_over(kitchen: Kitchen) -> None:
    first, second = (SingletonLock(kitchen.engine, "kitchen.relay") for _ in range(2))

    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_the_depth_tells_how_many_wait_and_since_when(kitchen: Kitchen, pot_id: str) -> None:
    assert outbox_depth(kitchen.engine, kitchen.clock) == (0, 0.0)
    kitchen.fill(pot_id)
    kitchen.clock.advance(timedelta(seconds=90))
    assert outbox_depth(kitchen.engine, kitchen.clock) == (1, 90.0)
