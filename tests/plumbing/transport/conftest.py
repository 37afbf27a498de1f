"""The two transports under one contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plumbing.transport import Bus, InboxConsumer, Publisher, QueueTopology
from tests.plumbing.transport.place import Peer, Place
from tests.support.servers import RabbitMQServer


@pytest.fixture(params=["embedded", "rabbitmq"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A bus of each kind with its exchanges declared."""
    place = _embedded(tmp_path) if request.param == "embedded" else _rabbitmq(request)
    place.bus().declare_exchanges()
    return place


@pytest.fixture
def embedded(tmp_path: Path) -> Place:
    place = _embedded(tmp_path)
    place.bus().declare_exchanges()
    return place


@pytest.fixture
def on_rabbitmq(rabbitmq: RabbitMQServer) -> Place:
    place = Place("rabbitmq", rabbitmq.url)
    place.bus().declare_exchanges()
    return place


def _embedded(folder: Path) -> Place:
    return Place("embedded", f"parapluie+sqlite:///{folder / 'bus.sqlite'}")


def _rabbitmq(request: pytest.FixtureRequest) -> Place:
    server: RabbitMQServer = request.getfixturevalue("rabbitmq")
    return Place("rabbitmq", server.url)


@pytest.fixture
def bus(place: Place) -> Bus:
    return place.bus()


@pytest.fixture
def publisher(bus: Bus) -> Iterator[Publisher]:
    publisher = bus.publisher()
    yield publisher
    publisher.close()


@pytest.fixture
def listen(place: Place) -> Iterator[Callable[..., InboxConsumer]]:
    """Open consumers whose queue is declared when this returns; they are closed with the test."""
    opened: list[InboxConsumer] = []

    def listen(*keys: str, prefetch: int = 100, bus: Bus | None = None, **options: object) -> InboxConsumer:
        topology: QueueTopology = place.topology(*(keys or ("thing.#",)), **options)
        consumer = (bus or place.bus()).consumer(topology, prefetch=prefetch)
        consumer.open()
        opened.append(consumer)
        return consumer

    yield listen
    for consumer in opened:
        consumer.close()


@pytest.fixture
def peer(place: Place) -> Iterator[Callable[..., Peer]]:
    """Start other processes; they are ended with the test."""
    started: list[Peer] = []

    def start(*arguments: object) -> Peer:
        started.append(place.peer(*map(str, arguments)))
        return started[-1]

    yield start
    for each in started:
        each.end()
