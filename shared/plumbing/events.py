"""What a service may say: each type is declared with its strict schema, and the outbox refuses anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

_TYPE = re.compile(r"^(?P<service>[a-z]+)\.(?P<noun>[a-z_]+)\.(?P<past>[a-z_]+)\.v(?P<version>[1-9][0-9]*)$")


class Audience(StrEnum):
    """Whether somebody must be listening: a required event that nobody hears is an alarm."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class UndeclaredEvent(Exception):
    """Code tried to say something that `messages/publishes.py` does not declare, or not in the declared form."""


@dataclass(frozen=True)
class EventDeclaration:
    """One published type: its contract, who hears it, and an example that becomes the golden file."""

    type: str
    data: Schema
    summary: str
    example: Mapping[str, Any]
    audience: Audience = Audience.REQUIRED
    sealed: Mapping[str, Schema] = field(default_factory=dict)
    sealed_example: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sealed_ttl: timedelta | None = None
    heard_by: tuple[str, ...] = ()

    def clear_part(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return `data` as it goes on the wire; UndeclaredEvent when it does not fit the schema exactly."""
        return _strictly(self.type, self.data, data)

    def sealed_parts(self, sealed: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return each recipient's part as it is sealed; every declared recipient must be given, and no other."""
        if set(sealed) != set(self.sealed):
            raise UndeclaredEvent(f"{self.type}: sealed for {sorted(sealed)}, declared for {sorted(self.sealed)}")
        return {
            recipient: _strictly(f"{self.type} sealed for {recipient}", self.sealed[recipient], part)
            for recipient, part in sealed.items()
        }


def _strictly(what: str, schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(schema.fields)
    if unknown:
        raise UndeclaredEvent(f"{what}: undeclared fields {sorted(unknown)}")
    dumped: dict[str, Any] = schema.dump(values)
    try:
        schema.load(dumped, unknown=RAISE)
    except ValidationError as failure:
        # Field names only: the values may be personal.
        raise UndeclaredEvent(f"{what}: fields {sorted(failure.messages)} do not fit the schema") from None
    return dumped


class EventRegistry:
    """The declarations of one service (`messages/publishes.py`)."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.source = f"/parapluie/{service}"
        self.declarations: dict[str, EventDeclaration] = {}

    def declare(
        self,
        type: str,
        *,
        data: Schema,
        summary: str,
        example: Mapping[str, Any],
        audience: str = "required",
        sealed: Mapping[str, Schema] | None = None,
        sealed_example: Mapping[str, Mapping[str, Any]] | None = None,
        sealed_ttl: timedelta | None = None,
        heard_by: tuple[str, ...] = (),
    ) -> EventDeclaration:
        """Declare one type; ValueError when its name is not `<this service>.<noun>.<past>.v<n>` or is taken."""
        match = _TYPE.match(type)
        if match is None or match["service"] != self.service:
            raise ValueError(f"{type} is not {self.service}.<noun>.<past>.v<n>")
        if type in self.declarations:
            raise ValueError(f"{type} is declared twice")
        declaration = EventDeclaration(
            type=type,
            data=data,
            summary=summary,
            example=example,
            audience=Audience(audience),
            sealed=sealed or {},
            sealed_example=sealed_example or {},
            sealed_ttl=sealed_ttl,
            heard_by=heard_by,
        )
        self.declarations[type] = declaration
        return declaration

    def find(self, type: str) -> EventDeclaration:
        """Return a declaration; UndeclaredEvent when there is none."""
        try:
            return self.declarations[type]
        except KeyError:
            raise UndeclaredEvent(f"{self.service} does not declare {type}") from None
