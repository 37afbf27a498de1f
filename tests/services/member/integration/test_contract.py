"""The API against its own contract, with good and odd requests to every operation."""

from __future__ import annotations

from plumbing.ids import new_id
from tests.services.member.world import World
from tests.support.conformance import assert_conforms


def test_the_api_keeps_its_contract(world: World) -> None:
    def headers(role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {world.issue(subject=new_id(), role=role)}"}

    assert assert_conforms(world.client.application, world.clock.now(), headers_for=headers) > 0
