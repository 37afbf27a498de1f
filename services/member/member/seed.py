"""Fills the demonstration. Production starts empty and is filled by the administrator's commands."""

from __future__ import annotations

from member.bootstrap import Bootstrap
from member.usecases.seed_demonstration import seed_demonstration


def seed(services: Bootstrap) -> None:
    """Register the demonstration's people who are not there yet; without DEMONSTRATION=1 nobody."""
    if services.settings.demonstration:
        password = services.config.demonstration_password
        seed_demonstration(password=password, units=services.units, passwords=services.passwords)
