"""Broker firms that the mutuelle has habilitated: nobody signs himself up (F-003)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class EmailTaken(Exception):
    """Another account of this mutuelle already signs in with this e-mail address."""


@dataclass
class Broker:
    """The firm behind the broker's account with the same id; `orias` is its number in the intermediaries' register."""

    id: str
    tenant: str
    company: str
    display_name: str
    email: str
    phone: str
    orias: str | None
    habilitated_at: datetime
