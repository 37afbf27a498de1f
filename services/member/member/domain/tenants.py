"""The mutuelles served by this deployment."""

from __future__ import annotations

from dataclasses import dataclass


class UnknownTenant(Exception):
    """No mutuelle has this code or number."""


@dataclass
class Mutuelle:
    """`code` is the tenant in every token and event; `number` is what members know (three or four digits, F-163)."""

    code: str
    number: str
    name: str

    def __post_init__(self) -> None:
        if not (self.number.isdecimal() and 3 <= len(self.number) <= 4):
            raise ValueError("a mutuelle number has three or four digits")
