"""The API answers only what its contract says, whatever it is sent."""

from __future__ import annotations

from tests.services.signature.world import Guest, World
from tests.support.conformance import assert_conforms
from tests.support.tokens import bearer


def test_the_api_keeps_its_contract(api: Guest, world: World) -> None:
    def headers_for(role: str) -> dict[str, str]:
        return api.headers if role == "guest" else bearer(role, role, now=world.clock.now())

    api.accept_all()
    assert assert_conforms(world.client.application, world.clock.now(), headers_for=headers_for) == 15
