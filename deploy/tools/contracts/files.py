"""The contract files of the house: where they are, what they should say, and which changes are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.tools.contracts.asyncapi import asyncapi
from deploy.tools.contracts.compatibility import breaking_changes
from deploy.tools.contracts.declared import Published, all_heard, all_published
from deploy.tools.contracts.events import event_contract
from deploy.tools.contracts.events_page import events_page
from deploy.tools.contracts.openapi import openapi
from deploy.tools.contracts.partners import partner_contract, partner_file, said_by_partners
from deploy.tools.house import House, read_toml

Files = dict[Path, str]

_COMPARED = ("events", "partners")
"""Folders of contracts that somebody outside a service counts on: a breaking change of them is refused."""


def generate(house: House) -> Files:
    """Every contract file of the house, as the code wants it."""
    events = all_published(house)
    heard = consumers(house)
    said = said_by_partners(house)
    version: str = read_toml(house.shared / "pyproject.toml")["project"]["version"]
    files = {
        house.root / "docs" / "asyncapi.json": _text(asyncapi(events, heard, version, said)),
        house.root / "docs" / "events.md": events_page(events, heard, said),
    }
    for event in events:
        files[event_file(house, event)] = _text(event_contract(event))
    for each in said:
        files[partner_file(house, each)] = _text(partner_contract(each))
    for service in house.speaking_services():
        if (house.package(service) / "app.py").is_file():
            files[house.service(service) / "contracts" / "openapi.json"] = _text(openapi(service), sort=True)
    return files


def consumers(house: House) -> dict[str, list[str]]:
    """Event type -> the services that have a consumer for it."""
    found: dict[str, list[str]] = {}
    for service, subscriptions in all_heard(house).items():
        for heard_type in subscriptions:
            found.setdefault(heard_type, []).append(service)
    return found


def event_file(house: House, event: Published) -> Path:
    """Where the contract of an event is kept."""
    return house.service(event.service) / "contracts" / "events" / f"{event.type}.json"


def contract_files(house: House) -> list[Path]:
    """The event contracts that are there now."""
    return sorted(
        path
        for name in house.services()
        for folder in _COMPARED
        for path in (house.service(name) / "contracts" / folder).glob("*.json")
    )


def breaks(wanted: Files, stale: list[Path]) -> Iterator[tuple[Path, list[str]]]:
    """The event contracts whose change would hurt, and how."""
    for path, text in wanted.items():
        if path.parent.name in _COMPARED and path.is_file():
            reasons = breaking_changes(json.loads(path.read_text(encoding="utf-8")), json.loads(text))
            if reasons:
                yield path, reasons
    for path in stale:
        yield path, ["no longer published"]


def _text(document: dict[str, Any], *, sort: bool = False) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=sort) + "\n"
