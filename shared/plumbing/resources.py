"""The outside things that every service holds: database, bus, keys, the way to its neighbours.

A service's `config.Config` has `common: CommonSettings`, and its `bootstrap.Bootstrap` extends `Resources`.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Engine

from plumbing.auth import TokenVerifier
from plumbing.cipher import FieldCipher
from plumbing.clock import Clock, SystemClock
from plumbing.database import make_engine
from plumbing.events import EventRegistry
from plumbing.http.clients import ServiceClient, ServiceTokens
from plumbing.sealing import EventSealer
from plumbing.settings import Environment
from plumbing.transport import Bus
from plumbing.unit_of_work import UnitOfWork, Units

W = TypeVar("W", bound=UnitOfWork)


@dataclass(frozen=True)
class CommonSettings:
    """What every service reads from its environment."""

    service: str
    demonstration: bool
    database_url: str
    bus_url: str
    gateway_url: str
    jwks_url: str
    service_secret: str
    field_key: str
    sealing_key: str
    sealing_keys_dir: Path
    trusted_proxies: int = 0
    migration_database_url: str = ""

    @classmethod
    def read(cls, environment: Environment) -> CommonSettings:
        """Read the common settings; problems are collected by `environment.finish()`."""
        gateway_url = environment.text("GATEWAY_URL").rstrip("/")
        environment.parsed("FIELD_KEY", FieldCipher.from_setting, "is not base64 of 32 bytes")
        settings = cls(
            service=environment.service,
            demonstration=environment.demonstration,
            database_url=environment.secret("DATABASE_URL"),
            bus_url=environment.secret("BUS_URL"),
            gateway_url=gateway_url,
            jwks_url=environment.text("JWKS_URL", f"{gateway_url}/api/member/v1/jwks"),
            service_secret=environment.secret("SERVICE_SECRET"),
            field_key=environment.secret("FIELD_KEY"),
            sealing_key=environment.secret("SEALING_KEY"),
            sealing_keys_dir=environment.path("SEALING_KEYS_DIR", exists=True),
            # How many proxies in front of us may be believed about the caller's address.
            trusted_proxies=environment.integer("TRUSTED_PROXIES", 0, minimum=0, maximum=5),
            # The role that owns the tables, handed to `migrate` alone; the one of DATABASE_URL then only uses them.
            migration_database_url=environment.secret("MIGRATION_DATABASE_URL", ""),
        )
        if settings.database_url.startswith("sqlite"):
            environment.unsafe("DATABASE_URL", "is SQLite")
        owner = settings.migration_database_url
        if owner and urlsplit(owner).username == urlsplit(settings.database_url).username:
            environment.problem("MIGRATION_DATABASE_URL", "names the role of DATABASE_URL: it is for another one")
        if not settings.bus_url.startswith(("amqp://", "amqps://")):
            environment.unsafe("BUS_URL", "is no RabbitMQ")
        return settings


class Resources(Generic[W]):
    """Built once per process. Nothing here connects before it is used."""

    def __init__(
        self,
        settings: CommonSettings,
        *,
        work_class: type[W],
        events: EventRegistry,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
        verifier: TokenVerifier | None = None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.engine: Engine = make_engine(settings.database_url, cipher=FieldCipher.from_setting(settings.field_key))
        self.sealer = EventSealer.from_settings(settings.service, settings.sealing_key, settings.sealing_keys_dir)
        self.units: Units[W] = Units(self.engine, work_class, events, self.clock, self.sealer)
        self.bus = Bus(settings.bus_url)
        self.http = http or _own_client()
        self.verifier = verifier or TokenVerifier(settings.jwks_url, http=self.http, clock=self.clock)
        self.tokens = ServiceTokens(
            client_id=settings.service,
            secret=settings.service_secret,
            url=f"{settings.gateway_url}/api/member/v1/service-tokens",
            http=self.http,
        )

    @cached_property
    def owner_engine(self) -> Engine:
        """The database as the owner of its tables: what migrations run on. The usual engine where one role is all."""
        url = self.settings.migration_database_url
        return make_engine(url, cipher=FieldCipher.from_setting(self.settings.field_key)) if url else self.engine

    def client(self, service: str) -> ServiceClient:
        """Return a client of a neighbour's API, with this service's own token."""
        return ServiceClient(f"{self.settings.gateway_url}/api/{service}/v1", http=self.http, token_source=self.tokens)

    def close(self) -> None:
        self.engine.dispose()


def _own_client() -> httpx.Client:
    client = httpx.Client(timeout=httpx.Timeout(10, connect=2))
    atexit.register(client.close)
    return client
