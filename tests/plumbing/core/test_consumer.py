"""An event's effects happen once, whatever is delivered how often, and nothing unreadable is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from plumbing.consumer import Context, Event
from plumbing.database import INBOX, OUTBOX, RETRY
from plumbing.errors import Permanent
from plumbing.ids import new_id
from plumbing.ladder import RUNGS
from plumbing.parked import ParkedThings, blank_expired_sealed
from plumbing.relay import Relay
from plumbing.retries import lease_one
from tests.plumbing.core.kitchen import Kitchen, Pot, PotFilledHeard, Secret, delivery_of

FILLED = "kitchen.pot.filled.v1"


def said(kitchen: Kitchen, pot_id: str, *contents: int) -> list[Any]:
    """Say events and return their deliveries."""
    for content in contents:
        with kitchen.uow()() as work:
            work.publish(FILLED, subject=pot_id, data={"pot_id": pot_id, "content": content})
            work.commit()
    relay = Relay(service="kitchen", engine=kitchen.engine, bus=kitchen.bus, clock=kitchen.clock)
    while relay.relay_once():
        pass
    return kitchen.deliveries()[-len(contents) :]


def add_up(event: Event, context: Context) -> None:
    with context.uow() as work:
        pot = work.pot(event.subject)
        if pot is None:
            pot = Pot(event.subject)
            work.add(pot)
        pot.content += event.data["content"]
        work.commit()


def test_duplicates_change_nothing(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(add_up)
    deliveries = said(kitchen, pot_id, 1, 10)

    kitchen.consumer.hear([*deliveries, *deliveries])
    kitchen.consumer.hear(deliveries)

    assert kitchen.content(pot_id) == 11
    assert len(kitchen.rows(INBOX)) == 2
    assert kitchen.rows(RETRY) == []


def test_the_same_id_with_another_body_is_parked_as_an_alarm(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(add_up)
    (delivery,) = said(kitchen, pot_id, 1)
    forged = orjson.loads(delivery.body)
    forged["data"]["content"] = 500

    kitchen.consumer.hear([delivery])
    kitchen.consumer.hear([delivery_of(orjson.dumps(forged))])

    assert kitchen.content(pot_id) == 1
    (parked,) = ParkedThings(kitchen.engine, kitchen.clock).list()
    assert "another content" in parked.error


def test_a_handler_that_changes_nothing_still_counts_as_heard(kitchen: Kitchen, pot_id: str) -> None:
    calls = []
    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(lambda event, context: calls.append(event.id))
    deliveries = said(kitchen, pot_id, 1)

    kitchen.consumer.hear(deliveries)
    kitchen.consumer.hear(deliveries)

    assert len(kitchen.rows(INBOX)) == 1


def test_one_failing_event_spoils_nothing_for_its_batch_and_leaves_no_half_effect(
    kitchen: Kitchen, pot_id: str
) -> None:
    other, failing = new_id(), [True]

    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            work.add(Pot(event.subject, content=event.data["content"]))
            work.publish(FILLED, subject=event.subject, data={"pot_id": event.subject, "content": 0})
            work.flush()
            if failing[0] and event.subject == pot_id:
                raise RuntimeError("the stove is cold")
            work.commit()

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(handler)
    deliveries = said(kitchen, pot_id, 1) + said(kitchen, other, 2)
    kitchen.consumer.hear(deliveries)

    assert kitchen.content(pot_id) is None
    assert kitchen.content(other) == 2
    assert [row.subject for row in kitchen.rows(OUTBOX)] == [other]
    (waiting,) = kitchen.rows(RETRY)
    assert (waiting.state, waiting.attempt, waiting.subject) == ("waiting", 1, pot_id)

    failing[0] = False
    assert kitchen.consumer.retry_due() == 0
    kitchen.clock.advance(timedelta(seconds=7))
    assert kitchen.consumer.retry_due() == 1
    assert kitchen.content(pot_id) == 1
    assert kitchen.rows(RETRY) == []


def test_a_retried_event_holds_back_later_ones_of_its_subject_only(kitchen: Kitchen, pot_id: str) -> None:
    broken, heard = [True], []

    def handler(event: Event, context: Context) -> None:
        if broken[0] and event.data["content"] == 1:
            raise RuntimeError("not yet")
        heard.append((event.subject, event.data["content"]))

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(handler)
    other = new_id()
    deliveries = said(kitchen, pot_id, 1, 2, 3) + said(kitchen, other, 9)
    kitchen.consumer.hear(deliveries)
    assert heard == [(other, 9)]

    kitchen.consumer.retry_due()
    assert heard == [(other, 9)]
    broken[0] = False
    kitchen.clock.advance(timedelta(seconds=7))
    kitchen.consumer.retry_due()
    assert heard == [(other, 9), (pot_id, 1), (pot_id, 2), (pot_id, 3)]


def test_the_ladder_ends_with_parking_and_a_replay_goes_through(kitchen: Kitchen, pot_id: str) -> None:
    broken = [True]

    def handler(event: Event, context: Context) -> None:
        if broken[0]:
            raise RuntimeError("still cold")
        add_up(event, context)

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(handler)
    kitchen.consumer.hear(said(kitchen, pot_id, 4))
    for rung in RUNGS:
        kitchen.clock.advance(rung * 1.3)
        assert kitchen.consumer.retry_due() == 1
    things = ParkedThings(kitchen.engine, kitchen.clock)
    (parked,) = things.list()
    assert parked.kind == FILLED
    assert parked.attempts == len(RUNGS) + 1
    assert "still cold" in parked.error
    assert kitchen.consumer.retry_due() == 0

    broken[0] = False
    assert things.replay(parked.id)
    assert not things.replay(parked.id)
    assert kitchen.consumer.retry_due() == 1
    assert kitchen.content(pot_id) == 4
    assert things.list() == []


def test_a_retried_event_that_kills_its_process_is_parked_in_the_end_and_can_be_dropped(
    kitchen: Kitchen, pot_id: str
) -> None:
    def fail(event: Event, context: Context) -> None:
        raise RuntimeError("cold")

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(fail)
    kitchen.consumer.hear(said(kitchen, pot_id, 1))
    killed = 0
    for _ in range(200):
        kitchen.clock.advance(timedelta(minutes=30))
        if lease_one(kitchen.engine, "kitchen", kitchen.clock.now()) is not None:
            killed += 1  # and the process is gone

    assert killed == len(RUNGS)
    things = ParkedThings(kitchen.engine, kitchen.clock)
    (parked,) = things.list()
    assert things.drop(parked.id)
    assert things.list() == []


def test_a_lease_that_was_lost_writes_nothing_back(kitchen: Kitchen, pot_id: str) -> None:
    def fail(event: Event, context: Context) -> None:
        raise RuntimeError("cold")

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(fail)
    kitchen.consumer.hear(said(kitchen, pot_id, 1))
    kitchen.clock.advance(timedelta(seconds=7))
    slow = lease_one(kitchen.engine, "kitchen", kitchen.clock.now())
    kitchen.clock.advance(timedelta(minutes=5))
    quick = lease_one(kitchen.engine, "kitchen", kitchen.clock.now())
    assert slow is not None
    assert quick is not None

    kitchen.consumer._retry(quick)
    kitchen.consumer._retry(slow)

    (row,) = kitchen.rows(RETRY)
    assert row.attempt == quick.attempt


def test_permanent_failures_unknown_types_and_wrong_fields_are_parked_at_once(kitchen: Kitchen, pot_id: str) -> None:
    def refuse(event: Event, context: Context) -> None:
        raise Permanent("this pot does not exist")

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(refuse)
    (delivery,) = said(kitchen, pot_id, 1)
    unknown = orjson.loads(delivery.body) | {"id": new_id(), "type": "kitchen.pot.melted.v1"}
    wrong = orjson.loads(delivery.body) | {"id": new_id(), "data": {"content": "many"}}

    kitchen.consumer.hear([delivery, delivery_of(orjson.dumps(unknown)), delivery_of(orjson.dumps(wrong))])

    errors = [thing.error for thing in ParkedThings(kitchen.engine, kitchen.clock).list()]
    assert len(errors) == 3
    assert any("does not exist" in error for error in errors)
    assert any("no handler" in error for error in errors)
    assert any("content" in error and "many" not in error for error in errors)


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff", b"[]", b"{}", b'{"specversion":"1.0","id":"x"}', b'{"specversion":"0.3"}', b'{"a":' * 2000],
)
def test_bytes_that_are_no_event_are_parked_once_and_nothing_breaks(kitchen: Kitchen, body: bytes) -> None:
    kitchen.consumer.hear([delivery_of(body, "m1"), delivery_of(body, "m1")])

    (parked,) = ParkedThings(kitchen.engine, kitchen.clock).list()
    assert parked.kind == "malformed"


def test_what_killed_its_consumers_is_parked_unless_it_was_heard_after_all(kitchen: Kitchen, pot_id: str) -> None:
    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard())(add_up)
    heard, deadly = said(kitchen, pot_id, 1, 2)
    kitchen.consumer.hear([heard])

    kitchen.consumer.park_dead([heard, deadly, delivery_of(b"no event")])

    parked = ParkedThings(kitchen.engine, kitchen.clock).list()
    assert sorted(thing.kind for thing in parked) == [FILLED, "malformed"]
    assert kitchen.content(pot_id) == 1


def test_a_read_model_that_wants_the_newest_state_ignores_older_ones(kitchen: Kitchen, pot_id: str) -> None:
    seen = []

    def keep(event: Event, context: Context) -> None:
        with context.uow() as work:
            seen.append(event.data["content"])
            work.commit()

    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard(), latest_wins=True)(keep)
    first, second, third = said(kitchen, pot_id, 1, 2, 3)
    kitchen.consumer.hear([second])
    kitchen.consumer.hear([first, third])

    assert seen == [2, 3]
    assert len(kitchen.rows(INBOX)) == 3


def whispered(kitchen: Kitchen, pot_id: str) -> None:
    with kitchen.uow()() as work:
        work.publish(
            "kitchen.pot.whispered.v1",
            subject=pot_id,
            data={"pot_id": pot_id, "content": 1},
            sealed={"kitchen": {"word": "sesame"}},
        )
        work.commit()


def test_a_sealed_part_is_opened_for_its_recipient(kitchen: Kitchen, pot_id: str) -> None:
    words = []
    kitchen.subscriptions.on("kitchen.pot.whispered.v1", schema=PotFilledHeard(), sealed=Secret())(
        lambda event, context: words.append(event.sealed["word"])
    )
    whispered(kitchen, pot_id)
    Relay(service="kitchen", engine=kitchen.engine, bus=kitchen.bus, clock=kitchen.clock).relay_once()

    kitchen.consumer.hear(kitchen.deliveries())

    assert words == ["sesame"]


def test_an_expired_sealed_part_on_the_ladder_ends_without_effect(kitchen: Kitchen, pot_id: str) -> None:
    def fail(event: Event, context: Context) -> None:
        raise RuntimeError("cold")

    kitchen.subscriptions.on("kitchen.pot.whispered.v1", schema=PotFilledHeard(), sealed=Secret())(fail)
    whispered(kitchen, pot_id)
    Relay(service="kitchen", engine=kitchen.engine, bus=kitchen.bus, clock=kitchen.clock).relay_once()
    kitchen.consumer.hear(kitchen.deliveries())
    kitchen.clock.advance(timedelta(minutes=11))
    blank_expired_sealed(kitchen.engine, kitchen.clock.now())

    assert kitchen.consumer.retry_due() == 1

    assert kitchen.rows(RETRY) == []
    assert len(kitchen.rows(INBOX)) == 1


def test_a_sealed_part_whose_life_is_over_is_blanked_and_heard_without_effect(kitchen: Kitchen, pot_id: str) -> None:
    words: list[str] = []
    kitchen.subscriptions.on("kitchen.pot.whispered.v1", schema=PotFilledHeard(), sealed=Secret())(
        lambda event, context: words.append(event.sealed["word"])
    )
    whispered(kitchen, pot_id)
    kitchen.clock.advance(timedelta(minutes=11))
    blank_expired_sealed(kitchen.engine, kitchen.clock.now())
    assert kitchen.rows(OUTBOX)[0].sealed is None
    Relay(service="kitchen", engine=kitchen.engine, bus=kitchen.bus, clock=kitchen.clock).relay_once()

    kitchen.consumer.hear(kitchen.deliveries())

    assert words == []
    assert len(kitchen.rows(INBOX)) == 1
    assert kitchen.rows(RETRY) == []
