"""What partners may say: the schema and golden of each fact that a service hears from them, and AsyncAPI of both ways.

A partner's code is not ours, so here the hearer owns the schema. `{partner}` stands for the name the operator gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.tools.contracts.declared import Published, all_heard
from deploy.tools.contracts.events import GOLDEN_TENANT, GOLDEN_TIME, golden_id, wire
from deploy.tools.contracts.json_schemas import DIALECT, JsonSchema, json_schema
from deploy.tools.house import House
from plumbing.consumer import Subscription
from plumbing.senders import PARTNER, partner_of

EXCHANGE = "parapluie.partners"
HEARERS = "partners"
"""The word in a declaration's `heard_by` that lets the operator grant the type to partners."""
NAME = "[a-z][a-z0-9-]{1,29}"
GOLDEN_PARTNER = "brume"

Document = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One fact that partners may tell, and the services that hear it. `fact` is the type without `partner.<name>.`."""

    fact: str
    entry: Subscription
    services: tuple[str, ...]

    @property
    def key(self) -> str:
        """Where the document keeps its channel and message."""
        return f"{PARTNER}.{self.fact}"

    @property
    def address(self) -> str:
        """The routing key, which is also the type."""
        return f"{PARTNER}.{{{PARTNER}}}.{self.fact}"


def said_by_partners(house: House) -> list[Said]:
    """Every fact that some service hears from partners, by name. When two hear one, the schema is the first's."""
    found: dict[str, list[tuple[str, Subscription]]] = {}
    for service, entries in all_heard(house).items():
        for key, entry in entries.items():
            if partner_of(key) is not None:
                found.setdefault(key.removeprefix(f"{PARTNER}.*."), []).append((service, entry))
    return [
        Said(fact, hearers[0][1], tuple(service for service, _ in hearers)) for fact, hearers in sorted(found.items())
    ]


def partner_file(house: House, said: Said) -> Path:
    """Where the contract of a fact is kept: with its first hearer."""
    return house.service(said.services[0]) / "contracts" / "partners" / f"{said.fact}.json"


def partner_contract(said: Said) -> Document:
    """The content of contracts/partners/<fact>.json."""
    return {
        "type": said.address,
        "summary": said.entry.summary,
        "heard_by": list(said.services),
        "schema": partner_schema(said),
        "golden": partner_golden(said),
    }


def partner_schema(said: Said) -> JsonSchema:
    """JSON Schema of the structured CloudEvent as a partner has to write it. Other attributes are left aside."""
    fact = said.fact.replace(".", r"\.")
    properties: JsonSchema = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 80},
        "source": {"type": "string", "pattern": f"^/{PARTNER}/{NAME}$"},
        "type": {"type": "string", "pattern": rf"^{PARTNER}\.{NAME}\.{fact}$"},
        "subject": {"type": "string", "minLength": 1, "maxLength": 80},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "tenant": {"type": "string", "minLength": 1, "maxLength": 40},
        "sequence": {"type": "integer", "minimum": 0},
        "data": json_schema(said.entry.schema),
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:parapluie:{PARTNER}:{said.fact}",
        "title": said.address,
        "description": said.entry.summary,
        "type": "object",
        "properties": properties,
        "required": sorted(set(properties) - {"datacontenttype", "sequence"}),
    }


def partner_golden(said: Said) -> Document:
    """One event as a partner named « brume » could say it."""
    return {
        "specversion": "1.0",
        "id": golden_id(said.key),
        "source": f"/{PARTNER}/{GOLDEN_PARTNER}",
        "type": said.address.format(**{PARTNER: GOLDEN_PARTNER}),
        "subject": golden_id(said.key, "subject"),
        "time": GOLDEN_TIME,
        "datacontenttype": "application/json",
        "tenant": GOLDEN_TENANT,
        "data": wire(said.entry.schema.dump(said.entry.example)),
    }


def for_partners(event: Published) -> bool:
    """Whether the operator may grant an event to partners."""
    return HEARERS in event.declaration.heard_by
