"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

import httpx

from plumbing.auth import TokenVerifier
from plumbing.clock import Clock
from plumbing.resources import Resources
from seedling.adapters.tables import map_classes
from seedling.adapters.unit_of_work import SeedlingWork
from seedling.config import Config
from seedling.messages.publishes import EVENTS


class Bootstrap(Resources[SeedlingWork]):
    """Everything the service works with, built once a process."""


def build(
    config: Config,
    *,
    http: httpx.Client | None = None,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
) -> Bootstrap:
    """Return what a process holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config.common, work_class=SeedlingWork, events=EVENTS, http=http, clock=clock, verifier=verifier)
