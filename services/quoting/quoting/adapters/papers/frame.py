"""What every paper says: who insures, who distributes, on which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from quoting.adapters.typography import french
from quoting.domain.catalogue import Formula, Guarantee, Insurer, Product
from quoting.domain.needs import NeedArea, Needs
from quoting.domain.people import Broker, Identity


def frame(insurer: Insurer, on: date, *, broker: Broker | None = None) -> dict[str, Any]:
    """Return the part of the data that `house.typ` reads."""
    foot = insurer.legal
    if broker is not None:
        orias = f", ORIAS n° {broker.orias}" if broker.orias else ""
        foot = f"{foot} Produit distribué par {broker.company}{orias}."
    return {
        "insurer": {"name": insurer.name, "colour": insurer.colour},
        "foot": french(foot),
        "date": on.isoformat(),
    }


def address_lines(client: Identity) -> list[str]:
    """Return a client's address as on an envelope."""
    lines = [f"{client.civility.label} {client.full_name}", client.address]
    if client.address_extra:
        lines.append(client.address_extra)
    lines.append(f"{client.postcode} {client.town}")
    if client.country != "FR":
        lines.append(client.country)
    return lines


def needs_rows(needs: Needs) -> list[list[str]]:
    """Return the five needs with their levels."""
    return [[area.label[0].upper() + area.label[1:], needs.level(area).label] for area in NeedArea]


def grouped_guarantees(product: Product, formula: Formula) -> list[list[Any]]:
    """Return the guarantees of a formula by group, in the product's order."""
    groups: dict[str, list[list[str]]] = {}
    for guarantee in product.guarantees:
        groups.setdefault(guarantee.group, []).append([guarantee.label, formula.guarantees[guarantee.code]])
    return [[group, rows] for group, rows in groups.items()]


def guarantee(product: Product, code: str) -> Guarantee:
    """Return a guarantee by its code; KeyError when the product has none."""
    for line in product.guarantees:
        if line.code == code:
            return line
    raise KeyError(code)


def filled(text: str, insurer: Insurer) -> str:
    """Put the insurer's names into a text of the catalogue."""
    values: Mapping[str, str] = {
        "insurer": insurer.name,
        "association": insurer.association,
        "complaints": insurer.complaints,
        "mediator": insurer.mediator,
        "email": insurer.email,
    }
    return text.format_map(values)
