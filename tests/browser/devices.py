"""What people hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """A window's size in pixels, and whether scripts run in it."""

    width: int
    height: int
    scripts: bool = True


DESK = Device(1280, 900)
PHONE = Device(390, 844)
PHONE_WITHOUT_SCRIPTS = Device(390, 844, scripts=False)
