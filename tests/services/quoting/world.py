"""Quoting as a whole on SQLite: its app, its jobs, its consumer, a clock to turn, and what it says on the bus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey
from sqlalchemy import inspect, select, text

from plumbing.cipher import new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Consumer, Context
from plumbing.database import JOB, OUTBOX, RETRY
from plumbing.jobs import Job, JobRunner
from plumbing.migrations import migrate
from plumbing.sealing import EventSealer, new_sealing_key
from plumbing.transport import Delivery
from quoting.app import create_app
from quoting.bootstrap import Bootstrap, build
from quoting.config import load
from quoting.seed import seed
from quoting.worker import JOBS, SUBSCRIPTIONS
from tests.services.quoting import factories
from tests.services.quoting.fakes import Neighbours
from tests.support.tokens import verifier

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIELD_KEY = new_field_key()
RECIPIENTS = ("member", "claims", "notifications", "signature")


@dataclass
class Said:
    """One event of quoting's, its sealed parts opened."""

    type: str
    subject: str
    tenant: str
    data: dict[str, Any]
    sealed: dict[str, dict[str, Any]]
    raw: str
    sealed_until: datetime | None


class World:
    """Everything a test needs of one quoting service."""

    def __init__(
        self, folder: Path, template: Path | None = None, *, url: str | None = None, field_key: str = FIELD_KEY
    ) -> None:
        self.clock = FixedClock(NOW)
        self.neighbours = Neighbours()
        keys = folder / "keys"
        keys.mkdir()
        own, public = new_sealing_key()
        (keys / "quoting.json").write_text(public)
        self._documents = EventSealer("documents", None, {"quoting": OKPKey.import_key(orjson.loads(public))})
        self._openers: dict[str, EventSealer] = {}
        for name in RECIPIENTS:
            private, public = new_sealing_key()
            (keys / f"{name}.json").write_text(public)
            self._openers[name] = EventSealer(name, OKPKey.import_key(orjson.loads(private)), {})
        database = folder / "quoting.db"
        if template is not None:
            shutil.copy(template, database)
        self.environment = {
            "DEMONSTRATION": "1",
            "DATABASE_URL": url or f"sqlite:///{database}",
            "BUS_URL": f"parapluie+sqlite:///{folder}/bus.db",
            "GATEWAY_URL": "http://gateway.example",
            "SERVICE_SECRET": "q" * 40,
            "FIELD_KEY": field_key,
            "SEALING_KEY": own,
            "SEALING_KEYS_DIR": str(keys),
        }
        self.services: Bootstrap = build(
            load(self.environment), http=self.neighbours.http, clock=self.clock, verifier=verifier(self.clock)
        )
        self.client: FlaskClient = create_app(self.services).test_client()
        self.consumer = Consumer(SUBSCRIPTIONS, self.services)
        self.jobs = JobRunner(JOBS, self.services)

    def prepare(self) -> None:
        migrate(self.services.engine, "quoting")

    def seed(self) -> None:
        seed(self.services)

    def close(self) -> None:
        self.services.engine.dispose()

    def work(self) -> int:
        """Run the jobs that are due, and say how many ran."""
        ran = 0
        while self.jobs.run_one():
            ran += 1
        return ran

    def expire(self) -> None:
        """Run the job of every night."""
        JOBS.kinds["expire_quotes"].handler(
            Job("clock", "expire_quotes", "", {}, 1, self.clock.now()),
            Context(uow=None, services=self.services),  # type: ignore[arg-type]
        )

    def hear(self, type: str, data: dict[str, Any], **more: Any) -> None:
        self.consumer.hear([self.delivered(type, data, **more)])

    def delivered(self, type: str, data: dict[str, Any], *, subject: str = "", **more: Any) -> Delivery:
        """The message as the bus brings it: what a document is, is sealed for quoting."""
        more.setdefault("time", self.clock.now())
        if type == "documents.document.stored.v1":
            data = dict(data)
            part = {"kind": data.pop("kind")}
            more["sealed"] = orjson.dumps({"quoting": self._documents.seal("quoting", part)}).decode()
        return factories.delivery(type, data, subject=subject or "aggregate", **more)

    def settle(self) -> None:
        """Let what is being retried go through."""
        for _ in range(10):
            self.clock.advance(timedelta(minutes=10))
            self.consumer.retry_due()

    def said(self, type: str | None = None) -> list[Said]:
        """What quoting has put in its outbox, in order."""
        with self.services.engine.connect() as connection:
            rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).all()
        return [_said(row, self._openers) for row in rows if type in {None, row.type}]

    def kept_for_later(self) -> list[tuple[str, str]]:
        """State and error of what could not be heard."""
        with self.services.engine.connect() as connection:
            return [(row.state, row.error) for row in connection.execute(select(RETRY.c.state, RETRY.c.error))]

    def waiting_jobs(self) -> list[tuple[str, str, str | None]]:
        """Kind, state and error of the jobs that are not done."""
        with self.services.engine.connect() as connection:
            rows = connection.execute(select(JOB.c.kind, JOB.c.state, JOB.c.error).where(JOB.c.tenant != ""))
            return [(row.kind, row.state, row.error) for row in rows]

    def dump(self) -> str:
        """Every stored value, as whoever steals the database would read it."""
        with self.services.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            rows = [connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables]
        return repr(rows)

    @contextmanager
    def without(self, *services: str) -> Iterator[None]:
        """While some neighbours do not answer."""
        self.neighbours.down |= set(services)
        try:
            yield
        finally:
            self.neighbours.down -= set(services)


def _said(row: Any, openers: dict[str, EventSealer]) -> Said:
    closed = orjson.loads(row.sealed) if row.sealed else {}
    sealed = {name: dict(openers[name].open(part)) for name, part in closed.items()}
    data = orjson.loads(row.envelope)["data"]
    return Said(row.type, row.subject, row.tenant, data, sealed, row.envelope, row.sealed_until)
