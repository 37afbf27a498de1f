"""What a partner may not do: the broker itself refuses it, whatever his program tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pika
import pytest
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker

from plumbing.transport import Outcome
from tests.partners.ground import CREATED, Account, Ground

REFUSED, NOT_HIM = 403, 406


@pytest.fixture(scope="module")
def two(house: Ground) -> Iterator[tuple[Ground, Account, Account]]:
    ground = Ground(house.broker)
    ground.empty()
    yield ground, ground.plug("brume", CREATED), ground.plug("rain", CREATED)
    ground.unplug_all()


def publish(exchange: str, key: str, user_id: str | None = "partner.brume") -> Callable[[Any], None]:
    def act(channel: Any) -> None:
        channel.basic_publish(exchange, key, b"{}", pika.BasicProperties(user_id=user_id), mandatory=True)

    return act


PARTNERS, EVENTS, DEFAULT = "parapluie.partners", "parapluie.events", ""
OWN = "partner.brume.settlement.made.v1"
OTHERS = "partner.rain.settlement.made.v1"
OWN_QUEUE = "partner.brume.inbox"
KEPT = {"x-queue-type": "quorum"}

REFUSALS: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "another's routing key": (REFUSED, publish(PARTNERS, OTHERS)),
    "another's routing key, unsigned": (REFUSED, publish(PARTNERS, OTHERS, None)),
    "a key that only begins alike": (REFUSED, publish(PARTNERS, "partner.brumeuse.settlement.made.v1")),
    "a service's key among partners": (REFUSED, publish(PARTNERS, CREATED)),
    "no key": (REFUSED, publish(PARTNERS, "")),
    "another's user_id": (NOT_HIM, publish(PARTNERS, OWN, "partner.rain")),
    "a service's user_id": (NOT_HIM, publish(PARTNERS, OWN, "claims")),
    "the operator's user_id": (NOT_HIM, publish(PARTNERS, OWN, "guest")),
    "the services' exchange": (REFUSED, publish(EVENTS, CREATED)),
    "the services' exchange under his name": (REFUSED, publish(EVENTS, OWN)),
    "the default exchange, into an inbox": (REFUSED, publish(DEFAULT, "claims.inbox")),
    "the default exchange, into his queue": (REFUSED, publish(DEFAULT, OWN_QUEUE)),
    "an inbox's dead letters": (REFUSED, publish("claims.dead", OWN)),
    "the unheard": (REFUSED, publish("parapluie.unheard.partners", OWN)),
    "declaring a queue": (REFUSED, lambda channel: channel.queue_declare("partner.brume.mine", durable=True)),
    "declaring his own queue": (
        REFUSED,
        lambda channel: channel.queue_declare(OWN_QUEUE, durable=True, arguments=KEPT),
    ),
    "declaring a nameless queue": (REFUSED, lambda channel: channel.queue_declare("", exclusive=True)),
    "declaring an exchange": (REFUSED, lambda channel: channel.exchange_declare("partner.brume.mine", "topic")),
    "deleting his queue": (REFUSED, lambda channel: channel.queue_delete(OWN_QUEUE)),
    "deleting the exchange": (REFUSED, lambda channel: channel.exchange_delete(PARTNERS)),
    "hearing more": (REFUSED, lambda channel: channel.queue_bind(OWN_QUEUE, EVENTS, "#")),
    "hearing other partners": (REFUSED, lambda channel: channel.queue_bind(OWN_QUEUE, PARTNERS, "#")),
    "hearing less": (REFUSED, lambda channel: channel.queue_unbind(OWN_QUEUE, EVENTS, CREATED)),
    "joining exchanges": (REFUSED, lambda channel: channel.exchange_bind(PARTNERS, EVENTS, "#")),
    "reading an inbox": (REFUSED, lambda channel: channel.basic_get("claims.inbox")),
    "consuming an inbox": (REFUSED, lambda channel: channel.basic_consume("claims.inbox", print)),
    "reading another's queue": (REFUSED, lambda channel: channel.basic_get("partner.rain.inbox")),
    "emptying another's queue": (REFUSED, lambda channel: channel.queue_purge("partner.rain.inbox")),
    "reading the dead": (REFUSED, lambda channel: channel.basic_get("claims.dead")),
    "reading the unheard": (REFUSED, lambda channel: channel.basic_get("parapluie.unheard")),
}


@pytest.mark.parametrize(("code", "act"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_broker_refuses(two: tuple[Ground, Account, Account], code: int, act: Callable[[Any], Any]) -> None:
    ground, brume, _ = two
    with brume.channel() as channel, pytest.raises(ChannelClosedByBroker) as refusal:
        act(channel)
    assert refusal.value.reply_code == code
    with ground.operator() as channel:
        for queue in ("claims.inbox", "parapluie.unheard", "partner.rain.inbox", OWN_QUEUE):
            assert channel.queue_declare(queue, passive=True).method.message_count == 0


def test_what_he_may_do_works_after_all_that(two: tuple[Ground, Account, Account]) -> None:
    """Else the refusals above could be those of a broker that refuses everything."""
    ground, brume, rain = two
    ground.empty()
    assert ground.publish(CREATED, "heard", b"{}") is Outcome.CONFIRMED
    for account in (brume, rain):
        with account.channel() as channel:
            assert channel.basic_get(account.queue, auto_ack=True)[2] == b"{}"
    ground.empty()
    with brume.channel() as channel:
        publish(PARTNERS, OWN)(channel)
        publish(PARTNERS, "partner.brume.something.nobody.hears.v1")(channel)
    with ground.operator() as channel:
        for queue, key in (("claims.inbox", OWN), ("parapluie.unheard", "partner.brume.something.nobody.hears.v1")):
            method, properties, _ = channel.basic_get(queue, auto_ack=True)
            assert (method.routing_key, properties.user_id) == (key, brume.account)
    ground.empty()


def test_other_doors_are_shut(two: tuple[Ground, Account, Account], elsewhere: Ground) -> None:
    ground, brume, _ = two
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(elsewhere.url_of(brume.account, brume.password)))
    with pytest.raises(AMQPConnectionError):
        pika.BlockingConnection(pika.URLParameters(ground.url_of(brume.account, "guessed")))
    answer = httpx.get(f"{ground.broker.management}/api/queues", auth=(brume.account, brume.password), timeout=30)
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_partner_who_says_nothing_of_himself_is_not_signed_by_the_broker(
    two: tuple[Ground, Account, Account],
) -> None:
    """Why the hearer insists on user_id: the broker checks one that is there, and adds none."""
    ground, brume, _ = two
    ground.empty()
    with brume.channel() as channel:
        publish(PARTNERS, OWN, None)(channel)
    with ground.operator() as channel:
        _, properties, _ = channel.basic_get("claims.inbox", auto_ack=True)
        assert properties.user_id is None
