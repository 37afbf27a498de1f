"""What the services' databases hold when all is done: what was said, what was heard, what is left over."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg

from deploy.embedded.settings import SERVICES

Unheard = tuple[str, str, str]

_LEFT_OVER = {
    "outbox": "SELECT type, attempts, last_error FROM outbox",
    "retry": "SELECT state, type, attempt, error FROM retry",
    # What is not due yet and what the clock drives is no left-over.
    "job": "SELECT state, kind, attempt, error FROM job WHERE (key IS NULL OR key NOT LIKE 'clock:%%')"
    " AND (attempt > 0 OR state <> 'waiting' OR due_at <= %(now)s)",
}


class Books:
    """Reads the databases of all services, each with the service's own role."""

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._urls = {name: url.replace("postgresql+psycopg://", "postgresql://", 1) for name, url in databases.items()}

    def rows(self, service: str, query: str, **parameters: Any) -> list[Any]:
        with psycopg.connect(self._urls[service], connect_timeout=10) as connection:
            return connection.execute(query, parameters or None).fetchall()

    def left_over(self) -> dict[str, list[Any]]:
        """Return what still waits or was parked anywhere."""
        now = time.time_ns() // 1000
        found = {
            f"{service}.{name}": self.rows(service, query, now=now)
            for service in self._urls
            for name, query in _LEFT_OVER.items()
        }
        return {name: rows for name, rows in found.items() if rows}

    def unheard(self) -> list[Unheard]:
        """Return (event id, type, service) of every published event that one of its hearers has not heard."""
        heard = {service: {row[0] for row in self.rows(service, "SELECT event_id FROM inbox")} for service in SERVICES}
        return [
            (event_id, type_, hearer)
            for service in SERVICES
            for event_id, type_ in self.rows(service, "SELECT event_id, type FROM outbox_archive")
            for hearer in hearers()[type_]
            if event_id not in heard[hearer]
        ]


@cache
def hearers() -> dict[str, tuple[str, ...]]:
    """Return who hears each declared type, as the code says."""
    heard = {service: importlib.import_module(f"{service}.messages.consumes").SUBSCRIPTIONS for service in SERVICES}
    return {
        type_: tuple(service for service, subscriptions in heard.items() if type_ in subscriptions.entries)
        for registry in registries()
        for type_ in registry.declarations
    }


@cache
def registries() -> tuple[Any, ...]:
    return tuple(importlib.import_module(f"{service}.messages.publishes").EVENTS for service in SERVICES)
