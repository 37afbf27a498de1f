"""The checker finds what would hurt those who already receive an event, and the published contracts have none of it."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from deploy.tools.contracts.compatibility import breaking_changes
from deploy.tools.contracts.declared import all_published
from deploy.tools.contracts.events import event_contract
from deploy.tools.contracts.files import event_file
from tests.support.sources import HOUSE, ROOT, short

Contract = dict[str, Any]

OLD: Contract = {
    "schema": {
        "type": "object",
        "properties": {
            "type": {"const": "quoting.quote.issued.v1"},
            "data": {
                "type": "object",
                "properties": {
                    "quote_id": {"type": "string", "format": "uuid"},
                    "monthly": {"type": "string", "pattern": r"^-?\d+\.\d{2}$"},
                    "state": {"type": "string", "enum": ["open", "closed"]},
                    "note": {"type": ["string", "null"]},
                    "documents": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
                    },
                },
                "required": ["quote_id", "monthly", "state"],
            },
        },
        "required": ["type", "data"],
    },
    "sealed": {
        "member": {"schema": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}}
    },
}


def data(contract: Contract) -> dict[str, Any]:
    found: dict[str, Any] = contract["schema"]["properties"]["data"]
    return found


def items(contract: Contract) -> dict[str, Any]:
    found: dict[str, Any] = data(contract)["properties"]["documents"]["items"]
    return found


BREAKING: dict[str, tuple[Callable[[Contract], object], str]] = {
    "a field is removed": (lambda new: data(new)["properties"].pop("note"), "data.note: removed"),
    "a field becomes required": (lambda new: data(new)["required"].append("note"), "data.note: now required"),
    "a new field is required": (
        lambda new: (data(new)["properties"].update(extra={"type": "string"}), data(new)["required"].append("extra")),
        "data.extra: now required",
    ),
    "a field is no longer required": (lambda new: data(new)["required"].remove("state"), "data.state: no longer"),
    "a type changes": (
        lambda new: data(new)["properties"]["monthly"].update(type="number"),
        "data.monthly: was string",
    ),
    "a field may be null": (
        lambda new: data(new)["properties"]["monthly"].update(type=["string", "null"]),
        "data.monthly: was string, is null, string",
    ),
    "a format changes": (
        lambda new: data(new)["properties"]["quote_id"].update(format="date"),
        "data.quote_id: was of",
    ),
    "a choice goes": (lambda new: data(new)["properties"]["state"].update(enum=["open"]), "no longer allows closed"),
    "a choice is imposed": (
        lambda new: data(new)["properties"]["note"].update(enum=["a"]),
        "data.note: allowed anything",
    ),
    "the event is another": (
        lambda new: new["schema"]["properties"].update(type={"const": "quoting.quote.sold.v1"}),
        "type: was always",
    ),
    "an item loses a field": (lambda new: items(new)["properties"].pop("id"), "data.documents[].id: removed"),
    "a recipient goes": (lambda new: new["sealed"].pop("member"), "sealed.member: no longer sealed"),
    "a sealed field goes": (
        lambda new: new["sealed"]["member"]["schema"]["properties"].pop("email"),
        "sealed.member.email: removed",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_found_and_named(name: str) -> None:
    change, expected = BREAKING[name]
    new = copy.deepcopy(OLD)
    change(new)
    assert any(expected in sentence for sentence in breaking_changes(OLD, new)), breaking_changes(OLD, new)


def test_an_optional_field_a_choice_and_a_recipient_may_be_added() -> None:
    new = copy.deepcopy(OLD)
    data(new)["properties"]["advice"] = {"type": ["string", "null"]}
    data(new)["properties"]["state"]["enum"].append("paused")
    items(new)["properties"]["title"] = {"type": "string"}
    new["sealed"]["claims"] = {"schema": {"type": "object", "properties": {}}}
    assert breaking_changes(OLD, new) == []
    assert breaking_changes(OLD, OLD) == []


@pytest.mark.parametrize("event", all_published(HOUSE), ids=lambda event: event.type)
def test_the_code_breaks_no_contract_that_is_committed(event: Any) -> None:
    committed = subprocess.run(
        ["git", "show", f"HEAD:{short(event_file(HOUSE, event))}"], cwd=ROOT, capture_output=True, check=False
    )
    if committed.returncode == 0:  # otherwise the event is new, or this is a copy without its history
        assert breaking_changes(json.loads(committed.stdout), event_contract(event)) == []
