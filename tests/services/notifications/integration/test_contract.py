"""The API against its own contract, with good and odd requests to every operation."""

from __future__ import annotations

from tests.services.notifications.world import World
from tests.support.conformance import assert_conforms


def test_the_api_keeps_its_contract(world: World) -> None:
    assert assert_conforms(world.app, world.clock.now()) > 0
