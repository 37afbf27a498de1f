"""One bus for one test, with names nobody else uses."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from plumbing.transport import Bus, Delivery, InboxConsumer, OutgoingMessage, QueueTopology
from plumbing.transport.wire import Link

PEER = "tests.plumbing.transport.peer"


@dataclass
class Place:
    """Where a test's bus is: `transport` is embedded or rabbitmq."""

    transport: str
    url: str
    family: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")

    @property
    def exchange(self) -> str:
        return f"{self.family}.events"

    @property
    def unheard(self) -> str:
        return f"{self.family}.unheard"

    @property
    def service(self) -> str:
        return f"{self.family}.listener"

    def bus(self, **options: Any) -> Bus:
        return Bus(self.url, exchange=self.exchange, **options)

    def bus_of_partner(self) -> Bus:
        """Publishes to the partners' exchange, as only partners do."""
        return Bus(self.url, exchange=f"{self.family}.partners")

    def topology(self, *keys: str, **options: Any) -> QueueTopology:
        return QueueTopology(options.pop("service", self.service), keys, **options)

    def peek(self, queue: str, *, expected: int, seconds: float = 5.0) -> list[Any]:
        """Take `expected` messages out of a queue, waiting for the last ones."""
        link = Link(self.url, heartbeat=30, timeout=5.0)
        found: list[Any] = []
        deadline = time.monotonic() + seconds
        try:
            with link.in_use(seconds):
                while len(found) < expected and time.monotonic() < deadline:
                    raw = link.channel.basic_get(queue)
                    if raw is None:
                        time.sleep(0.02)
                        continue
                    found.append(link.channel.message_to_python(raw))
                    link.channel.basic_ack(found[-1].delivery_tag)
        finally:
            link.close()
        return found

    def peer(self, *arguments: str) -> Peer:
        return Peer([self.url, self.exchange, self.service, *arguments])


class Peer:
    """Another process on the same bus, which speaks in lines of JSON."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", PEER, *arguments], stdout=subprocess.PIPE, text=True
        )

    def line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline() or "null")

    def kill(self) -> None:
        """SIGKILL, as a crash is; the process is not waited for, as a supervisor elsewhere would not."""
        os.kill(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def message(
    number: int, key: str = "thing.made.v1", *, mandatory: bool = True, body: bytes | None = None
) -> OutgoingMessage:
    text = body if body is not None else json.dumps({"number": number}).encode()
    return OutgoingMessage(f"id-{number}", key, text, key, mandatory=mandatory)


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [json.loads(delivery.body)["number"] for delivery in deliveries]


def receive_all(consumer: InboxConsumer, expected: int, *, seconds: float = 10.0) -> list[Delivery]:
    """Receive until `expected` messages are there, acking none."""
    found: list[Delivery] = []
    deadline = time.monotonic() + seconds
    while len(found) < expected and time.monotonic() < deadline:
        found += consumer.receive(max_messages=expected - len(found), timeout=0.2)
    return found


def eventually(condition: Callable[[], bool], *, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
