"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

import httpx

from claims.adapters.parameters import load_parameters
from claims.adapters.payments.folder import FolderPayments
from claims.adapters.tables import map_classes
from claims.adapters.unit_of_work import ClaimsWork
from claims.config import Config
from claims.messages.publishes import EVENTS
from claims.usecases.ports import Payments
from plumbing.clock import Clock
from plumbing.resources import Resources


class Bootstrap(Resources[ClaimsWork]):
    """Everything claims works with, built once a process."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=ClaimsWork, events=EVENTS, http=http, clock=clock)
        self.config = config
        self.parameters = load_parameters()
        self.payments: Payments = FolderPayments(config.payments_dir)


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what a process of claims holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)
