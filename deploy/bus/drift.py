"""Where the broker differs from what is declared; looking changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pika.exceptions import ChannelClosedByBroker

from deploy.bus.administration import Binding
from deploy.bus.declared import EVENTS, PARTNERS, Declared, Exchange, Queue

_NOT_FOUND = 404
_PARTNERS_QUEUE = re.compile(r"partner\.[a-z][a-z0-9-]*\.inbox")

Declare = Callable[[Any, bool], Any]


def drift(connection: Any, declared: Declared, bindings: Iterable[Binding] | None) -> list[str]:
    """Return a sentence for each difference.

    AMQP lists no bindings: without `bindings` (from the administration) those count that the services noted in their
    ledgers, which shows what a service no longer hears of its own will, not what somebody took away.
    """
    found = [sentence for exchange in declared.exchanges for sentence in _exchange(connection, exchange)]
    missing = set()
    for queue in declared.queues:
        sentences = _queue(connection, queue)
        if sentences == [f"queue {queue.name} is missing"]:
            missing.add(queue.name)
        found += sentences
    if bindings is None:
        present = {name for name in declared.services if f"{name}.bindings" not in missing}
        noted = {binding for name in present for binding in _ledger(connection, name)}
        wanted = {each for each in declared.bindings if each.source in (EVENTS, PARTNERS)}
        there = {each for each in wanted if each.destination.removesuffix(".inbox") in present}
        return found + _missing(there - noted)
    bound = set(bindings)
    found += _missing({each for each in declared.bindings - bound if each.destination not in missing})
    return found + list(_unwanted(bound - declared.bindings, declared))


def _exchange(connection: Any, exchange: Exchange) -> list[str]:
    def declare(channel: Any, passive: bool) -> Any:
        return channel.exchange_declare(
            exchange.name, exchange.type, passive=passive, durable=True, arguments=dict(exchange.arguments) or None
        )

    return _difference(connection, f"exchange {exchange.name}", declare)


def _queue(connection: Any, queue: Queue) -> list[str]:
    def declare(channel: Any, passive: bool) -> Any:
        return channel.queue_declare(queue.name, passive=passive, durable=True, arguments=dict(queue.arguments))

    return _difference(connection, f"queue {queue.name}", declare)


def _difference(connection: Any, what: str, declare: Declare) -> list[str]:
    """Ask whether it is there, and only then declare it as it should be: an equal declaration changes nothing."""
    for passive in (True, False):
        channel = connection.channel()
        try:
            declare(channel, passive)
        except ChannelClosedByBroker as answer:
            if answer.reply_code == _NOT_FOUND:
                return [f"{what} is missing"]
            return [f"{what} is otherwise than declared: {answer.reply_text}"]
        channel.close()
    return []


def _ledger(connection: Any, service: str) -> set[Binding]:
    channel = connection.channel()
    pages = []
    try:
        while (page := channel.basic_get(f"{service}.bindings"))[0] is not None:
            pages.append(json.loads(page[2]))
    finally:
        channel.basic_nack(0, multiple=True, requeue=True)
        channel.close()
    return {Binding(exchange, key, f"{service}.inbox") for page in pages for exchange, key in page}


def _missing(bindings: set[Binding]) -> list[str]:
    return [f"{_to(each)} is not bound to {each.source}{_under(each)}" for each in _in_order(bindings)]


def _unwanted(bindings: set[Binding], declared: Declared) -> Iterator[str]:
    queues = {queue.name for queue in declared.queues}
    for each in _in_order(bindings):
        if each.source not in (EVENTS, PARTNERS) and each.destination not in queues:
            continue  # somebody's own affair
        if each.source == EVENTS and not each.to_exchange and _PARTNERS_QUEUE.fullmatch(each.destination):
            if each.routing_key not in declared.grantable:
                yield f"{_to(each)} hears {each.routing_key}, which is not for partners"
            continue
        yield f"{_to(each)} is bound to {each.source}{_under(each)}, and nothing declares that"


def _in_order(bindings: set[Binding]) -> list[Binding]:
    return sorted(bindings, key=lambda each: (each.destination, each.source, each.routing_key))


def _to(binding: Binding) -> str:
    return f"{'exchange' if binding.to_exchange else 'queue'} {binding.destination}"


def _under(binding: Binding) -> str:
    return f" for {binding.routing_key}" if binding.routing_key else ""
