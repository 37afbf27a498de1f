"""A batch heard in one go has the effects that its events have one by one, whatever the handlers do."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event as events
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from plumbing.consumer import Context, Event
from plumbing.database import INBOX, OUTBOX, RETRY
from plumbing.ids import new_id
from plumbing.transport import Delivery
from tests.plumbing.core.kitchen import POTS, Kitchen, Pot, PotFilledHeard
from tests.plumbing.core.test_consumer import FILLED, add_up, said


def fill(event: Event, context: Context) -> None:
    with context.uow() as work:
        work.add(Pot(event.subject, content=event.data["content"]))
        work.commit()


def heard_by(kitchen: Kitchen, handler: Any, *, latest_wins: bool = False) -> None:
    kitchen.subscriptions.on(FILLED, schema=PotFilledHeard(), latest_wins=latest_wins)(handler)


def one_each(kitchen: Kitchen, *contents: int) -> tuple[list[Delivery], list[str]]:
    """Events of as many pots, said in this order."""
    pots = sorted(new_id() for _ in contents)
    deliveries = [said(kitchen, pot, content)[0] for pot, content in zip(pots, contents, strict=True)]
    return deliveries, pots


def statements_of(kitchen: Kitchen, batch: list[Delivery]) -> int:
    sent = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    consumer = kitchen.consumer
    events.listen(kitchen.engine, "before_cursor_execute", note)
    consumer.hear(batch)
    events.remove(kitchen.engine, "before_cursor_execute", note)
    return len(sent)


def test_a_batch_needs_no_more_statements_than_one_event(kitchen: Kitchen) -> None:
    heard_by(kitchen, fill)
    deliveries, pots = one_each(kitchen, *range(1, 22))

    alone, together = statements_of(kitchen, deliveries[:1]), statements_of(kitchen, deliveries[1:])

    assert together == alone
    assert [kitchen.content(pot) for pot in pots] == list(range(1, 22))
    assert len(kitchen.rows(INBOX)) == 21


def test_later_events_find_what_earlier_ones_added(kitchen: Kitchen, pot_id: str) -> None:
    seen: list[Any] = []

    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            match event.data["content"]:
                case 1:
                    work.add(Pot(pot_id, content=1))
                case 2:  # the columns, not the class: no autoflush of the ORM
                    seen.append(work.session.execute(select(POTS.c.content).where(POTS.c.id == pot_id)).scalar())
                case 3:
                    work.add(Pot(new_id(), content=3))
                    work.session.execute(update(POTS).where(POTS.c.id == pot_id).values(content=30))
                case 4:
                    pot = work.pot(pot_id)
                    seen.append(pot.content)
                    pot.content += 1
                case 5:
                    seen.append(work.session.scalars(select(Pot).where(Pot.content == 31)).one().id)  # type: ignore[arg-type]
            work.commit()

    heard_by(kitchen, handler)
    kitchen.consumer.hear(said(kitchen, pot_id, 1, 2, 3, 4, 5))

    assert seen == [1, 30, pot_id]
    assert kitchen.rows(RETRY) == []
    assert kitchen.content(pot_id) == 31


def test_a_unit_left_without_commit_is_undone_alone(kitchen: Kitchen) -> None:
    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            work.add(Pot(event.subject, content=event.data["content"]))
            work.flush()
            if event.data["content"] != 2:
                work.commit()

    heard_by(kitchen, handler)
    deliveries, pots = one_each(kitchen, 1, 2, 3)
    kitchen.consumer.hear(deliveries)

    assert [kitchen.content(pot) for pot in pots] == [1, None, 3]
    assert len(kitchen.rows(INBOX)) == 3


@pytest.mark.parametrize("failure", [RuntimeError("no gas"), IntegrityError("", {}, Exception())])
def test_a_failure_that_a_handler_gets_over_leaves_no_half_effect(kitchen: Kitchen, failure: Exception) -> None:
    def handler(event: Event, context: Context) -> None:
        with suppress(RuntimeError, IntegrityError), context.uow() as work:
            work.add(Pot(event.subject, content=99))
            work.flush()
            raise failure
        with context.uow() as work:
            work.add(Pot(event.subject, content=event.data["content"]))
            work.commit()

    heard_by(kitchen, handler)
    deliveries, pots = one_each(kitchen, 1, 2)
    kitchen.consumer.hear(deliveries)

    assert [kitchen.content(pot) for pot in pots] == [1, 2]
    assert kitchen.rows(RETRY) == []


def test_a_refusal_of_the_database_that_a_handler_passes_over_is_not_committed_in_silence(kitchen: Kitchen) -> None:
    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            row = {"id": event.subject, "tenant": "rives", "content": event.data["content"], "version": 1}
            work.session.execute(POTS.insert(), row)
            if event.data["content"] == 2:
                with suppress(IntegrityError):
                    work.session.execute(POTS.insert(), row)
            work.commit()

    heard_by(kitchen, handler)
    deliveries, pots = one_each(kitchen, 1, 2, 3)
    kitchen.consumer.hear(deliveries)

    # PostgreSQL's transaction is lost after a refusal, SQLite's goes on: either way nothing is half there.
    taken = [kitchen.content(pot) for pot in pots]
    waiting = [row.subject for row in kitchen.rows(RETRY)]
    assert taken in ([1, 2, 3], [1, None, 3])
    assert waiting == [pot for pot, content in zip(pots, taken, strict=True) if content is None]


def test_a_clash_that_shows_at_the_end_fails_one_event_only(kitchen: Kitchen) -> None:
    deliveries, pots = one_each(kitchen, 1, 2, 3)

    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            # The second pot takes the first one's place.
            work.add(Pot(pots[0] if event.data["content"] == 2 else event.subject, content=event.data["content"]))
            work.commit()

    heard_by(kitchen, handler)
    kitchen.consumer.hear(deliveries)

    assert [kitchen.content(pot) for pot in pots] == [1, None, 3]
    assert [row.subject for row in kitchen.rows(RETRY)] == [pots[1]]


def test_tenants_in_one_batch_stay_apart(kitchen: Kitchen, pot_id: str) -> None:
    for tenant, content in (("rives", 1), ("plateau", 2)):
        with kitchen.uow(tenant)() as work:
            work.publish(FILLED, subject=new_id(), data={"pot_id": "p", "content": content})
            work.commit()
    found = []

    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            work.add(Pot(event.subject, content=event.data["content"]))
            work.flush()
            found.append((event.tenant, [pot.content for pot in work.session.scalars(select(Pot))]))
            work.commit()

    heard_by(kitchen, handler)
    kitchen.consumer.hear(said(kitchen, pot_id, 3)[-1:] + kitchen.deliveries()[:2])

    assert found == [("rives", [3]), ("rives", [3, 1]), ("plateau", [2])]


def test_repeats_and_strangers_leave_the_rest_in_one_go(kitchen: Kitchen) -> None:
    filled: list[str] = []

    def handler(event: Event, context: Context) -> None:
        fill(event, context)
        filled.append(event.subject)

    heard_by(kitchen, handler)
    deliveries, pots = one_each(kitchen, 1, 2, 3)
    kitchen.consumer.hear(deliveries[:1])
    stranger = Delivery(b"no event", None, None, "", False, 0, None, "", 1)
    kitchen.consumer.hear([*deliveries, stranger])

    assert filled == pots  # a batch that is taken apart fills again
    assert [row.type for row in kitchen.rows(RETRY)] == ["malformed"]


def test_events_and_jobs_of_a_batch_are_kept_in_their_order(kitchen: Kitchen, pot_id: str) -> None:
    def handler(event: Event, context: Context) -> None:
        with context.uow() as work:
            work.publish("kitchen.pot.seen.v1", subject=pot_id, data={"pot_id": pot_id, **event.data})
            work.schedule("wash", {"content": event.data["content"]})
            work.commit()

    heard_by(kitchen, handler)
    kitchen.consumer.hear(said(kitchen, pot_id, 5, 6, 7))

    kept = sorted(kitchen.rows(OUTBOX), key=lambda row: row.id)
    assert [row.sequence for row in kept] == [4, 5, 6]


def test_a_handler_works_on_no_copy_from_before(kitchen: Kitchen, pot_id: str) -> None:
    if kitchen.engine.dialect.name == "sqlite":
        return  # one writer at a time: nobody can come between
    kitchen.fill(pot_id, 1)
    kept = []

    def handler(event: Event, context: Context) -> None:
        if event.data["content"] == 2:
            with kitchen.uow()() as other:
                other.pot(pot_id).content = 100
                other.commit()
        with context.uow() as work:
            pot = work.pot(pot_id)
            kept.append(pot)  # somebody holds on to it, so that the session could
            if event.data["content"] == 2:
                pot.content += 1
            work.commit()

    heard_by(kitchen, handler)
    kitchen.consumer.hear(said(kitchen, pot_id, 1, 2))

    assert kitchen.content(pot_id) == 101
    assert kept[0] is not kept[1]


def test_older_states_in_a_batch_are_left_aside(kitchen: Kitchen, pot_id: str) -> None:
    seen = []

    def keep(event: Event, context: Context) -> None:
        with context.uow() as work:
            seen.append(event.data["content"])
            work.commit()

    heard_by(kitchen, keep, latest_wins=True)
    first, second, third = said(kitchen, pot_id, 1, 2, 3)
    kitchen.consumer.hear([second, first, third])

    assert seen == [2, 3]
    assert len(kitchen.rows(INBOX)) == 3


def test_a_second_unit_of_a_handler_finds_its_event_heard(kitchen: Kitchen, pot_id: str) -> None:
    def twice(event: Event, context: Context) -> None:
        add_up(event, context)
        add_up(event, context)

    heard_by(kitchen, twice)
    kitchen.consumer.hear(said(kitchen, pot_id, 1, 10))

    assert kitchen.content(pot_id) == 11
    assert kitchen.rows(RETRY) == []
