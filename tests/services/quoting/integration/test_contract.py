"""Quoting's API against its own contract, with odd requests and good ones."""

from __future__ import annotations

from collections.abc import Mapping

from quoting.app import create_app
from tests.services.quoting import factories
from tests.services.quoting.conftest import Api
from tests.services.quoting.world import World
from tests.support.conformance import assert_conforms
from tests.support.tokens import bearer

OPERATIONS = 31


def test_the_api_keeps_its_contract(world: World) -> None:
    """Also where there is something to find: a file that is not created yet, and its guest."""
    api = Api(world)
    subscription = api.subscribe()
    api.sign(subscription["id"])
    api.send_piece(subscription["id"])
    ids = {"broker": factories.BROKER_ID, "manager": factories.MANAGER_ID}

    def headers_for(role: str) -> Mapping[str, str]:
        scope = f"subscription:{subscription['id']}" if role == "guest" else ""
        return bearer(role, ids.get(role, "guest"), scope=scope, now=world.clock.now())

    assert assert_conforms(create_app(world.services), world.clock.now(), headers_for=headers_for) == OPERATIONS
