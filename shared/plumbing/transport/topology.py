"""Exchanges and queues: their names, how they are declared, how a service's bindings follow its code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from plumbing.transport.confirms import Confirms, publish_and_wait
from plumbing.transport.messages import BusUnavailable, TopologyRefused
from plumbing.transport.wire import Channel, Link

# The header that tells the exchange of the unheard to keep a message instead of letting it return.
OPTIONAL_AUDIENCE = {"audience": "optional"}

_PARTNER_WORD = "partner"
# Queues whose messages are looked at and given back: the dead, the unheard, the ledger. RabbitMQ 4 gives every quorum
# queue a limit of 20 deliveries and then drops the message where there is no dead-letter exchange.
_KEPT: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


@dataclass(frozen=True)
class QueueTopology:
    """One service's queue: `<service>.inbox` hears `routing_keys`.

    After `delivery_limit` redeliveries a message goes to `<service>.dead`. Keys that begin with the word `partner` are
    heard on the partners' exchange.
    """

    service: str
    routing_keys: tuple[str, ...]
    delivery_limit: int = 10

    @property
    def inbox(self) -> str:
        return f"{self.service}.inbox"

    @property
    def dead(self) -> str:
        return f"{self.service}.dead"

    @property
    def ledger(self) -> str:
        return f"{self.service}.bindings"


@dataclass(frozen=True)
class Exchanges:
    """The names that go with one events exchange: `parapluie.events` has `parapluie.partners` and so on."""

    events: str

    @property
    def _family(self) -> str:
        return self.events.rpartition(".")[0] or self.events

    @property
    def partners(self) -> str:
        return f"{self._family}.partners"

    @property
    def unheard(self) -> str:
        """The alternate exchange of the events, and the queue behind it."""
        return f"{self._family}.unheard"

    @property
    def unheard_partners(self) -> str:
        """The alternate exchange of the partners' exchange, in front of the same queue."""
        return f"{self._family}.unheard.partners"

    def binding(self, routing_key: str) -> tuple[str, str]:
        exchange = self.partners if routing_key.partition(".")[0] == _PARTNER_WORD else self.events
        return exchange, routing_key


def declare_exchanges(channel: Channel, exchanges: Exchanges) -> None:
    """Declare what all services share. Needs the configure right on these names: the operator's work, or a start's."""
    _declare_exchange(channel, exchanges.unheard, "headers")
    _declare_exchange(channel, exchanges.unheard_partners, "fanout")
    _declare_queue(channel, exchanges.unheard, _KEPT)
    channel.queue_bind(exchanges.unheard, exchanges.unheard, "", arguments={"x-match": "all", **OPTIONAL_AUDIENCE})
    channel.queue_bind(exchanges.unheard, exchanges.unheard_partners, "")
    _declare_exchange(channel, exchanges.events, "topic", {"alternate-exchange": exchanges.unheard})
    _declare_exchange(channel, exchanges.partners, "topic", {"alternate-exchange": exchanges.unheard_partners})


def declare_inbox(link: Link, exchanges: Exchanges, topology: QueueTopology, *, seconds: float) -> None:
    """Declare a service's queues, bind what it wants to hear and unbind what it no longer wants.

    AMQP cannot list bindings, so the service keeps a ledger of its own in a queue of one message. The new page is
    written before anything is bound, and the old ones are torn out last: whenever this is cut short, the ledger knows
    at least what is bound, and the next start finishes.

    While another worker consumes, nothing is unbound: it may be of another version and want what this one does not. The
    first to start alone tidies up.
    """
    channel = link.new_channel()
    _declare_exchange(channel, topology.dead, "fanout")
    _declare_queue(channel, topology.dead, _KEPT)
    channel.queue_bind(topology.dead, topology.dead, "")
    alone = _declare_queue(channel, topology.inbox, inbox_arguments(topology)).consumer_count == 0
    _declare_exchange(channel, topology.ledger, "fanout")
    _declare_queue(channel, topology.ledger, _KEPT)
    channel.queue_bind(topology.ledger, topology.ledger, "")

    wanted = {exchanges.binding(key) for key in topology.routing_keys}
    pages = list(_pages(channel, topology))
    unwanted = _written(pages) - wanted
    _write_page(link, channel, topology, wanted if alone else wanted | unwanted, seconds=seconds)
    _bind(channel, topology, wanted)
    if alone:
        for exchange, routing_key in sorted(unwanted):
            channel.queue_unbind(topology.inbox, exchange, routing_key)
    for page in pages:
        channel.basic_ack(page.delivery_tag)
    channel.close()


def _bind(channel: Channel, topology: QueueTopology, bindings: set[tuple[str, str]]) -> None:
    for exchange, routing_key in sorted(bindings):
        channel.queue_bind(topology.inbox, exchange, routing_key)


def inbox_arguments(topology: QueueTopology) -> dict[str, Any]:
    """The inbox survives a node, gives up on what kills its consumers, and loses nothing on the way to the dead."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": topology.delivery_limit,
        "x-dead-letter-exchange": topology.dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once dead lettering asks for it
    }


def problems(link: Link, exchanges: Exchanges, topology: QueueTopology) -> list[str]:
    """Say what is missing, changing nothing. Bindings are as of the ledger: AMQP shows no others."""
    found: list[str] = []
    for exchange in (exchanges.events, exchanges.partners, exchanges.unheard, exchanges.unheard_partners):
        found += _problem(link, f"exchange {exchange}", _asking_for_exchange(exchange))
    for queue in (exchanges.unheard, topology.inbox, topology.dead, topology.ledger):
        found += _problem(link, f"queue {queue}", _asking_for_queue(queue))
    if any(topology.inbox in line or topology.ledger in line for line in found):
        return found
    channel = link.new_channel()
    pages = list(_pages(channel, topology))
    bound = _written(pages)
    for page in pages:
        channel.basic_reject(page.delivery_tag, True)
    channel.close()
    for exchange, routing_key in sorted({exchanges.binding(key) for key in topology.routing_keys} - bound):
        found.append(f"queue {topology.inbox} is not bound to {exchange} for {routing_key}")
    return found


def _asking_for_exchange(exchange: str) -> Callable[[Channel], Any]:
    return lambda channel: channel.exchange_declare(exchange, "topic", passive=True)


def _asking_for_queue(queue: str) -> Callable[[Channel], Any]:
    return lambda channel: channel.queue_declare(queue, passive=True)


def _problem(link: Link, what: str, ask: Callable[[Channel], Any]) -> list[str]:
    channel = link.new_channel()
    try:
        ask(channel)
    except link.channel_errors as error:
        return [f"{what} is missing" if getattr(error, "reply_code", None) == 404 else f"{what}: {error}"]
    finally:
        channel.close()
    return []


def _declare_exchange(channel: Channel, name: str, type: str, arguments: dict[str, Any] | None = None) -> None:
    channel.exchange_declare(name, type, durable=True, auto_delete=False, arguments=arguments)


def _declare_queue(channel: Channel, name: str, arguments: dict[str, Any]) -> Any:
    return channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)


def _pages(channel: Channel, topology: QueueTopology) -> Iterable[Any]:
    while (raw := channel.basic_get(topology.ledger)) is not None:
        yield channel.message_to_python(raw)


def _written(pages: Iterable[Any]) -> set[tuple[str, str]]:
    return {(exchange, routing_key) for page in pages for exchange, routing_key in json.loads(page.body)}


def _write_page(
    link: Link, channel: Channel, topology: QueueTopology, bindings: set[tuple[str, str]], *, seconds: float
) -> None:
    page = channel.prepare_message(
        json.dumps(sorted(bindings)).encode(),
        content_type="application/json",
        headers={},
        properties={"delivery_mode": 2, "message_id": topology.ledger},
    )
    confirms = Confirms(channel)
    if not publish_and_wait(link, channel, confirms, [(topology.ledger, topology.ledger, "", page)], seconds=seconds):
        raise BusUnavailable(f"the broker did not confirm within {seconds} s")
    if not all(outcome == "confirmed" for outcome in confirms.outcomes.values()):
        raise TopologyRefused(f"queue {topology.ledger} does not take the list of bindings")
