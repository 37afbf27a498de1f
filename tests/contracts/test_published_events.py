"""What a service publishes is written down, fits its own schema, and shows nobody's secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from deploy.tools.contracts.asyncapi import asyncapi
from deploy.tools.contracts.declared import Published, all_published
from deploy.tools.contracts.events import event_contract, golden, golden_id
from deploy.tools.contracts.files import consumers, event_file, generate
from deploy.tools.contracts.partners import Said, partner_contract, partner_file, said_by_partners
from plumbing.envelope import parse
from tests.support.sources import HOUSE, short

EVENTS = all_published(HOUSE)
SAID = said_by_partners(HOUSE)
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
each_fact = pytest.mark.parametrize("said", SAID, ids=lambda said: said.fact)

PERSONAL = frozenset(
    {
        "email",
        "mobile",
        "phone",
        "first_name",
        "last_name",
        "birth_name",
        "birth_date",
        "birth_year",
        "display_name",
        "name",
        "civility",
    }
    | {"address", "address_extra", "postcode", "town", "nir", "iban", "benefit_iban", "account_holder", "identifier"}
    | {"token", "secret", "link_secret", "password", "otp", "text", "message", "description", "reason"}
)
"""Names of fields that may only travel sealed. Codes for reasons are called reason_code."""


@each_event
def test_the_golden_fits_the_schema(event: Published) -> None:
    contract = event_contract(event)
    jsonschema_rs.validator_for(contract["schema"], validate_formats=True).validate(contract["golden"])
    for part in contract.get("sealed", {}).values():
        jsonschema_rs.validator_for(part["schema"], validate_formats=True).validate(part["example"])


@each_event
def test_the_golden_is_an_event_to_plumbing(event: Published) -> None:
    received = parse(json.dumps(golden(event)).encode())
    assert received.envelope.type == event.type
    assert set(received.sealed) == set(event.declaration.sealed)


@each_event
def test_the_schema_sees_a_missing_and_a_wrong_field(event: Published) -> None:
    schema = event_contract(event)["schema"]
    validator = jsonschema_rs.validator_for(schema)
    for name in schema["properties"]["data"].get("required", []):
        bare = golden(event)
        del bare["data"][name]
        assert not validator.is_valid(bare), name
        bare["data"][name] = {"not": ["what", "it", "is"]}
        assert not validator.is_valid(bare), name


@each_event
def test_nothing_personal_is_in_the_clear(event: Published) -> None:
    clear = set(field_names(event_contract(event)["schema"]["properties"]["data"])) - {"sealed"}
    assert clear & PERSONAL == set()


@each_event
def test_a_sealed_part_has_an_example(event: Published) -> None:
    assert set(event.declaration.sealed_example) == set(event.declaration.sealed)


@each_event
def test_the_summary_is_a_sentence_for_people(event: Published) -> None:
    summary = event.declaration.summary
    assert len(summary.split()) >= 3
    assert "\n" not in summary


@each_fact
def test_what_partners_say_fits_its_schema_and_is_loaded_by_its_hearer(said: Said) -> None:
    contract = partner_contract(said)
    validator = jsonschema_rs.validator_for(contract["schema"], validate_formats=True)
    validator.validate(contract["golden"])
    data = parse(json.dumps(contract["golden"]).encode()).envelope.data
    assert said.entry.schema.load({**data, "a_field_of_tomorrow": True}) == said.entry.example
    for name in contract["schema"]["properties"]["data"]["required"]:
        bare = {**contract["golden"], "data": {key: value for key, value in data.items() if key != name}}
        assert not validator.is_valid(bare), name
    assert set(field_names(contract["schema"]["properties"]["data"])) & PERSONAL == set()
    assert len(said.entry.summary.split()) >= 3


def test_the_files_say_what_the_code_says() -> None:
    wanted = generate(HOUSE)
    outdated = [short(path) for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    assert outdated == []


def test_writing_twice_gives_the_same() -> None:
    assert generate(HOUSE) == generate(HOUSE)


def test_no_contract_is_left_of_an_event_that_is_gone() -> None:
    expected = {event_file(HOUSE, event) for event in EVENTS}
    expected |= {partner_file(HOUSE, said) for said in SAID}
    folders = [HOUSE.service(name) / "contracts" for name in HOUSE.services()]
    assert {
        path for folder in folders for name in ("events", "partners") for path in folder.glob(f"{name}/*")
    } == expected


def test_golden_ids_are_version_seven_and_differ() -> None:
    ids = [golden_id("a"), golden_id("a", "subject"), golden_id("b")]
    assert len(set(ids)) == 3
    assert all(value[14] == "7" and value[19] in "89ab" for value in ids)
    assert golden_id("a") == ids[0]


def test_the_asyncapi_document_holds_together() -> None:
    document = asyncapi(EVENTS, consumers(HOUSE), "1.0.0", SAID)
    assert document["asyncapi"] == "3.0.0"
    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])
    sent = {name for name, operation in document["operations"].items() if operation["action"] == "send"}
    assert len(sent) == len(EVENTS) + len(SAID)
    for channel in document["channels"].values():
        binding = channel["bindings"]["amqp"]
        assert binding["is"] in {"routingKey", "queue"}
        assert ("exchange" in binding) == (binding["is"] == "routingKey")
        assert len(channel["address"]) <= 255


def field_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from field_names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from field_names(value)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
