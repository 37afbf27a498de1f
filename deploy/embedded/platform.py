"""Builds the services in one process: they call each other through WSGI and never wait for a thread of the server."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path
from typing import Any

import httpx
import structlog
from sqlalchemy import Engine, update

from deploy.embedded.gateway import Gateway, contracts_page
from deploy.embedded.mailbox import create_mailbox
from deploy.embedded.settings import SERVICES, environments, portal_environment
from plumbing.clock import SystemClock
from plumbing.consumer import Subscriptions
from plumbing.database import JOB, RETRY
from plumbing.migrations import migrate
from plumbing.service import Apart, Service
from plumbing.worker import PARTS_APART, start_threads

log = structlog.get_logger()

_STOP_SECONDS = 5.0


class Platform:
    """Every service, its worker threads, the portal and the mailbox behind one gateway."""

    def __init__(self, state: Path, public_url: str) -> None:
        self.state = state
        self.public_url = public_url
        self.gateway = Gateway()
        self.services: dict[str, Service] = {}
        self.built: dict[str, Any] = {}
        self._apart: list[tuple[str, Apart, Any]] = []
        self._threads: list[threading.Thread] = []

    def prepare(self) -> None:
        """Make what is missing (secrets, tables, demonstration data) and mount everything."""
        http = httpx.Client(
            transport=httpx.WSGITransport(app=self.gateway, raise_app_exceptions=False), timeout=httpx.Timeout(30)
        )
        for name, environment in environments(self.state, self.public_url).items():
            service: Service = importlib.import_module(f"{name}.__main__").SERVICE
            for apart in service.apart.values():
                self._apart.append((name, apart, apart.build(apart.load(environment), http=http)))
            built = service.build(service.load(environment), http=http)
            migrate(built.engine, name)
            _free_leases(built.engine)
            self.services[name] = service
            self.built[name] = built
            self.gateway.mount(f"/api/{name}", service.create_app(built))
        # On servers the exchanges are the operator's to declare; here there is no operator.
        next(iter(self.built.values())).bus.declare_exchanges()
        for name, service in self.services.items():
            # Before anybody speaks: what is said while a hearer has no queue yet goes past it.
            self.built[name].bus.declare_inbox(service.subscriptions.topology())
        self.gateway.mount("/api/docs", contracts_page({name: name for name in SERVICES}))
        self.gateway.mount("/mailbox", create_mailbox(self.state / "mailbox"))
        self.gateway.portal = _portal(portal_environment(self.state, self.public_url), http)
        for name, service in self.services.items():
            if service.seed is not None:
                service.seed(self.built[name])

    def start(self, stop: threading.Event) -> None:
        """Start relay, consumer and jobs of every service as threads, and what works apart from them."""
        for name, service in self.services.items():
            self._threads += start_threads(service.subscriptions, service.jobs, self.built[name], stop)
        for name, apart, built in self._apart:
            self._threads += start_threads(Subscriptions(name), apart.jobs, built, stop, PARTS_APART)

    def stop(self, stop: threading.Event) -> None:
        """Let every thread finish its transaction."""
        stop.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)


def _free_leases(engine: Engine) -> None:
    # The folder is locked by this process alone, so whoever held a lease is dead: its work need not wait.
    with engine.begin() as connection:
        held = {"lease_until": None}
        now = SystemClock().now()
        connection.execute(
            update(JOB).where(JOB.c.lease_token.is_not(None)).values(lease_token=None, due_at=now, **held)
        )
        connection.execute(update(RETRY).where(RETRY.c.lease_until.is_not(None)).values(next_at=now, **held))


def _portal(environment: dict[str, str], http: httpx.Client) -> Any:
    portal = importlib.import_module("portal.app")
    config = importlib.import_module("portal.config")
    return portal.create_app(config.load(environment), http=http)
