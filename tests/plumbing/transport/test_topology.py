"""Exchanges, queues and bindings follow the code, on both transports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plumbing.transport import InboxConsumer, Outcome, Publisher, TopologyRefused
from plumbing.transport import topology as topology_module
from tests.plumbing.transport.place import Place, message, numbers, receive_all

Listen = Callable[..., InboxConsumer]


def declare(place: Place, *keys: str) -> None:
    consumer = place.bus().consumer(place.topology(*keys))
    consumer.open()
    consumer.close()


def test_what_is_said_before_the_first_worker_starts_waits_for_it(
    publisher: Publisher, place: Place, listen: Listen
) -> None:
    place.bus().declare_inbox(place.topology("a.made.v1"))
    assert publisher.publish_batch([message(1, "a.made.v1")]) == {"id-1": Outcome.CONFIRMED}
    assert numbers(receive_all(listen("a.made.v1"), 1)) == [1]


def test_keys_no_longer_wanted_are_unbound(publisher: Publisher, place: Place) -> None:
    declare(place, "a.made.v1", "b.made.v1")
    declare(place, "b.made.v1", "c.made.v1")

    outcomes = publisher.publish_batch([message(1, "a.made.v1"), message(2, "b.made.v1"), message(3, "c.made.v1")])

    assert outcomes == {"id-1": Outcome.RETURNED, "id-2": Outcome.CONFIRMED, "id-3": Outcome.CONFIRMED}


def test_nothing_is_unbound_while_another_worker_consumes(publisher: Publisher, place: Place, listen: Listen) -> None:
    newer = listen("a.made.v1", "b.made.v1")
    declare(place, "a.made.v1", "old.made.v1")  # a worker of the version before starts once more, and stops

    assert publisher.publish_batch([message(1, "b.made.v1")]) == {"id-1": Outcome.CONFIRMED}
    assert numbers(receive_all(newer, 1)) == [1]

    newer.close()
    declare(place, "a.made.v1", "b.made.v1")
    assert publisher.publish_batch([message(2, "old.made.v1")]) == {"id-2": Outcome.RETURNED}


def test_bindings_keep_what_waits_in_the_queue(publisher: Publisher, place: Place, listen: Listen) -> None:
    declare(place, "a.made.v1")
    publisher.publish_batch([message(1, "a.made.v1")])
    assert numbers(receive_all(listen("b.made.v1"), 1)) == [1]


def test_a_start_that_was_cut_short_is_finished_by_the_next(
    publisher: Publisher, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(place, "a.made.v1")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(topology_module, "_bind", die)  # after the new page of the ledger, before the bindings
        with pytest.raises(KeyboardInterrupt):
            declare(place, "b.made.v1")
    declare(place, "c.made.v1")

    outcomes = publisher.publish_batch([message(1, "a.made.v1"), message(2, "b.made.v1"), message(3, "c.made.v1")])
    assert list(outcomes.values()) == [Outcome.RETURNED, Outcome.RETURNED, Outcome.CONFIRMED]


def test_declaring_again_changes_nothing(place: Place, publisher: Publisher) -> None:
    place.bus().declare_exchanges()
    declare(place, "a.made.v1")
    declare(place, "a.made.v1")
    place.bus().declare_exchanges()
    assert publisher.publish_batch([message(1, "a.made.v1")]) == {"id-1": Outcome.CONFIRMED}


def test_a_service_without_keys_hears_nothing(publisher: Publisher, place: Place) -> None:
    declare(place)
    assert publisher.publish_batch([message(1)]) == {"id-1": Outcome.RETURNED}


def test_check_finds_nothing_wrong_when_all_is_declared(place: Place) -> None:
    declare(place, "a.made.v1")
    assert place.bus().check(place.topology("a.made.v1")) == []
    assert place.bus().check(place.topology("a.made.v1")) == []  # it read the ledger and put it back


def test_check_names_what_is_missing(place: Place) -> None:
    service = place.service
    assert place.bus().check(place.topology("a.made.v1")) == [
        f"queue {service}.inbox is missing",
        f"queue {service}.dead is missing",
        f"queue {service}.bindings is missing",
    ]
    declare(place, "a.made.v1")
    assert place.bus().check(place.topology("a.made.v1", "b.made.v1", "partner.x.done.v1")) == [
        f"queue {service}.inbox is not bound to {place.exchange} for b.made.v1",
        f"queue {service}.inbox is not bound to {place.family}.partners for partner.x.done.v1",
    ]


def test_check_names_missing_exchanges(place: Place) -> None:
    bare = Place(place.transport, place.url)
    family = bare.family
    assert bare.bus().check(bare.topology("a.made.v1"))[:4] == [
        f"exchange {family}.events is missing",
        f"exchange {family}.partners is missing",
        f"exchange {family}.unheard is missing",
        f"exchange {family}.unheard.partners is missing",
    ]


def test_a_consumer_without_exchanges_says_which_is_missing(place: Place) -> None:
    bare = Place(place.transport, place.url)
    consumer = bare.bus().consumer(bare.topology("a.made.v1"))
    with pytest.raises(TopologyRefused, match=f"{bare.family}.events"):
        consumer.open()
    bare.bus().declare_exchanges()
    assert consumer.receive(max_messages=1, timeout=0) == []
    consumer.close()


def test_keys_of_partners_are_heard_on_their_exchange(place: Place, listen: Listen) -> None:
    consumer = listen("partner.*.settled.v1", "thing.#")
    partner = place.bus_of_partner().publisher()

    assert partner.publish_batch([message(1, "partner.p42.settled.v1")]) == {"id-1": Outcome.CONFIRMED}
    assert partner.publish_batch([message(2, "thing.made.v1")]) == {"id-2": Outcome.CONFIRMED}
    partner.close()

    (delivery,) = receive_all(consumer, 2, seconds=1)
    assert (numbers([delivery]), delivery.exchange) == ([1], f"{place.family}.partners")
    (kept,) = place.peek(place.unheard, expected=1)  # nobody hears it: kept, never dropped
    assert kept.delivery_info["routing_key"] == "thing.made.v1"
