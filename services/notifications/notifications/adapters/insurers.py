"""Reads what each tenant prints on its messages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

from notifications.domain.people import Insurer

DEMONSTRATION = "demonstration.toml"


def load_insurers(path: Path | None) -> Mapping[str, Insurer]:
    """Return the insurers of `path` by tenant, without one those of the demonstration.

    ValueError when a field is missing, empty or unknown, or a tenant stands twice.
    """
    source = path or files("notifications") / "insurers" / DEMONSTRATION
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    found: dict[str, Insurer] = {}
    for entry in document.get("insurer", []):
        insurer = _insurer(entry)
        if insurer.tenant in found:
            raise ValueError(f"tenant {insurer.tenant} stands twice")
        found[insurer.tenant] = insurer
    if not found:
        raise ValueError("no insurer is configured")
    return found


def _insurer(entry: Mapping[str, object]) -> Insurer:
    names = [field.name for field in fields(Insurer)]
    wrong = set(entry) ^ set(names) | {name for name, value in entry.items() if not isinstance(value, str) or not value}
    if wrong:
        raise ValueError(f"insurer {entry.get('tenant', '?')}: check {', '.join(sorted(wrong))}")
    return Insurer(**{name: str(entry[name]) for name in names})
