"""The other process of the transport's tests: `python -m … URL EXCHANGE SERVICE ROLE …`, answering in lines of JSON."""

from __future__ import annotations

import json
import os
import sys
import time

from plumbing.transport import Bus, OutgoingMessage, QueueTopology

KEY = "thing.made.v1"


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def message(number: int) -> OutgoingMessage:
    return OutgoingMessage(f"id-{number}", KEY, json.dumps({"number": number}).encode(), KEY)


def publish(bus: Bus, first: int, count: int) -> None:
    """Publish and say the outcomes."""
    publisher = bus.publisher()
    for start in range(first, first + count, 50):
        last = min(start + 50, first + count)
        say(publisher.publish_batch([message(number) for number in range(start, last)]))
    publisher.close()


def hold(bus: Bus, topology: QueueTopology, count: int) -> None:
    """Receive, ack nothing, say what came, wait to be killed."""
    consumer = bus.consumer(topology)
    held: list[int] = []
    while len(held) < count:
        held += [json.loads(each.body)["number"] for each in consumer.receive(max_messages=count, timeout=1.0)]
    say(held)
    time.sleep(120)


def work(bus: Bus, topology: QueueTopology, prefetch: int) -> None:
    """Receive and ack for ever, saying each batch before it is acked."""
    consumer = bus.consumer(topology, prefetch=prefetch)
    while True:
        deliveries = consumer.receive(max_messages=prefetch, timeout=0.5)
        if deliveries:
            say([json.loads(each.body)["number"] for each in deliveries])
            consumer.ack(deliveries)


def fork(bus: Bus) -> None:
    """Publish before a fork, in the child and again in the parent, with one publisher object."""
    publisher = bus.publisher()
    say(publisher.publish_batch([message(1)]))
    child = os.fork()
    if child == 0:
        say(publisher.publish_batch([message(2)]))
        publisher.close()
        os._exit(0)
    os.waitpid(child, 0)
    say(publisher.publish_batch([message(3)]))
    publisher.close()


def main() -> None:
    url, exchange, service, role, *rest = sys.argv[1:]
    bus = Bus(url, exchange=exchange)
    topology = QueueTopology(service, ("thing.#",), delivery_limit=int(os.environ.get("DELIVERY_LIMIT", "10")))
    numbers = [int(each) for each in rest]
    match role:
        case "publish":
            publish(bus, *numbers)
        case "hold":
            hold(bus, topology, *numbers)
        case "work":
            work(bus, topology, *numbers)
        case "fork":
            fork(bus)


if __name__ == "__main__":
    main()
