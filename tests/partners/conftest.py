"""One broker for the folder: partners' names and the house's are the real ones, so it is shared with nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.partners.ground import Ground
from tests.support.servers import RabbitMQServer, rabbitmq_server

NUMBERS = count(1)


@pytest.fixture(scope="package")
def broker() -> Iterator[RabbitMQServer]:
    with rabbitmq_server(own=True, management=True) as server:
        yield server


@pytest.fixture(scope="package")
def house(broker: RabbitMQServer) -> Ground:
    """Every service has declared what it hears."""
    ground = Ground(broker)
    ground.build_house()
    return ground


@pytest.fixture
def ground(house: Ground) -> Iterator[Ground]:
    """The house, where whoever was plugged in is gone after the test."""
    ground = Ground(house.broker)
    yield ground
    ground.unplug_all()


@pytest.fixture
def elsewhere(broker: RabbitMQServer) -> Iterator[Ground]:
    """An empty virtual host, to put in disorder."""
    ground = Ground(broker, f"elsewhere-{next(NUMBERS)}")
    ground.managed("PUT", f"vhosts/{ground.virtual_host}").raise_for_status()
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    ground.managed("PUT", f"permissions/{ground.virtual_host}/guest", everything).raise_for_status()
    yield ground
    ground.unplug_all()
    ground.managed("DELETE", f"vhosts/{ground.virtual_host}")
