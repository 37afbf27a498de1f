"""The API against its own contract, with good and odd requests to every operation."""

from __future__ import annotations

from tests.services.documents.world import NOW, World
from tests.support.conformance import assert_conforms


def test_the_api_keeps_its_contract(api: World) -> None:
    assert assert_conforms(api.client.application, NOW) > 0
