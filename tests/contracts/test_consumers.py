"""Whoever hears an event can read it: the golden, the barest form its schema allows, and the part sealed for it."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.tools.contracts.declared import Published, all_heard, all_published
from deploy.tools.contracts.events import event_contract
from plumbing.consumer import Subscription
from tests.support.sources import HOUSE, SPEAKING

PUBLISHED = {event.type: event for event in all_published(HOUSE)}
HEARD = all_heard(HOUSE)
PAIRS = [(service, entry) for service, entries in HEARD.items() for entry in entries.values()]

each_consumer = pytest.mark.parametrize(
    ("service", "entry"), PAIRS, ids=[f"{service}-{entry.type}" for service, entry in PAIRS]
)


@each_consumer
def test_what_is_heard_is_published(service: str, entry: Subscription) -> None:
    publisher = entry.type.partition(".")[0]
    if publisher in SPEAKING:
        assert entry.type in PUBLISHED
        assert service in PUBLISHED[entry.type].declaration.heard_by


@pytest.mark.parametrize("event", PUBLISHED.values(), ids=lambda event: event.type)
def test_whom_it_is_meant_for_listens(event: Published) -> None:
    deaf = [name for name in event.declaration.heard_by if name in SPEAKING and event.type not in HEARD[name]]
    assert deaf == []
    assert event.declaration.audience == "optional" or event.declaration.heard_by, "a required event for nobody"


@each_consumer
def test_the_consumer_loads_the_golden(service: str, entry: Subscription) -> None:
    for data in clear_forms(entry):
        assert entry.schema.load(data) is not None


@each_consumer
def test_the_consumer_loads_what_is_sealed_for_it(service: str, entry: Subscription) -> None:
    if entry.type not in PUBLISHED:
        return
    sealed = event_contract(PUBLISHED[entry.type]).get("sealed", {})
    if entry.sealed is None:
        assert service not in sealed, f"{entry.type} seals for {service} what it does not read"
        return
    assert service in sealed, f"nothing is sealed for {service} in {entry.type}"
    part = sealed[service]
    for data in forms(part["schema"], part["example"]):
        assert entry.sealed.load(data) is not None


@pytest.mark.parametrize("event", PUBLISHED.values(), ids=lambda event: event.type)
def test_nothing_is_sealed_for_somebody_who_does_not_listen(event: Published) -> None:
    recipients = {name for name in event.declaration.sealed if name in SPEAKING}
    assert recipients <= set(event.declaration.heard_by)


@each_consumer
def test_the_consumer_reads_only_what_it_is_promised(service: str, entry: Subscription) -> None:
    if entry.type not in PUBLISHED:
        return
    promised = set(event_contract(PUBLISHED[entry.type])["schema"]["properties"]["data"]["properties"])
    wanted = {field.data_key or name for name, field in entry.schema.load_fields.items()}
    assert wanted <= promised


def clear_forms(entry: Subscription) -> list[dict[str, Any]]:
    if entry.type not in PUBLISHED:
        return []
    contract = event_contract(PUBLISHED[entry.type])
    data = {name: value for name, value in contract["golden"]["data"].items() if name != "sealed"}
    return forms(contract["schema"]["properties"]["data"], data)


def forms(schema: dict[str, Any], example: dict[str, Any]) -> list[dict[str, Any]]:
    """The example as it is, without what is optional, and with every null that the schema allows."""
    fields, required = schema.get("properties", {}), set(schema.get("required", []))
    bare = {name: value for name, value in example.items() if name in required}
    empty = {name: None if "null" in fields[name].get("type", ()) else value for name, value in example.items()}
    return [example, bare, empty, {**example, "a_field_of_tomorrow": True}]
