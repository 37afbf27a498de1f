"""Member as a whole on SQLite: its app, its consumer, a clock to turn, and what it says on the bus."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey
from sqlalchemy import event, inspect, select, text, update

from member.__main__ import SERVICE
from member.adapters.repositories import blind_index
from member.adapters.tables import ACCOUNT
from member.app import create_app
from member.bootstrap import Bootstrap, build
from member.config import load
from member.seed import seed
from member.usecases.habilitate_broker import habilitate_broker
from member.usecases.register_staff import register_manager, register_mutuelle
from member.worker import JOBS, SUBSCRIPTIONS
from plumbing.cipher import new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Consumer
from plumbing.database import JOB, OUTBOX, RETRY
from plumbing.jobs import JobRunner
from plumbing.migrations import migrate
from plumbing.sealing import EventSealer, new_sealing_key
from plumbing.service import run
from tests.services.member import factories

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STAFF_PASSWORD = "Parapluie-2026!"
QUOTING_SECRET = "q" * 40
FIELD_KEY = new_field_key()


@dataclass
class Said:
    """One event of member's, its part for notifications opened."""

    type: str
    subject: str
    tenant: str
    data: dict[str, Any]
    sealed: dict[str, Any]


class World:
    """Everything a test needs of one member service."""

    def __init__(self, folder: Path, template: Path | None = None, *, url: str | None = None, **settings: str) -> None:
        self.clock = FixedClock(NOW)
        own, public = new_sealing_key()
        notifications, notifications_public = new_sealing_key()
        keys = folder / "keys"
        keys.mkdir()
        (keys / "member.json").write_text(public)
        (keys / "notifications.json").write_text(notifications_public)
        database = folder / "member.db"
        if template is not None:
            shutil.copy(template, database)
        self.environment = {
            "DEMONSTRATION": "1",
            "DATABASE_URL": url or f"sqlite:///{database}",
            "BUS_URL": f"embedded:///{folder}/bus.db",
            "GATEWAY_URL": "http://gateway.example/api",
            "SERVICE_SECRET": "m" * 40,
            "SERVICE_CLIENTS": f"quoting={QUOTING_SECRET}",
            "FIELD_KEY": FIELD_KEY,
            "SEALING_KEY": own,
            "SEALING_KEYS_DIR": str(keys),
            # Tests that come in parallel are not to be refused because this machine is slow.
            "HASHES_AT_ONCE": "16",
            **settings,
        }
        self.services: Bootstrap = build(load(self.environment), clock=self.clock)
        self.quoting = EventSealer("quoting", None, {"member": OKPKey.import_key(orjson.loads(public))})
        self.notifications = EventSealer("notifications", OKPKey.import_key(orjson.loads(notifications)), {})
        self.client: FlaskClient = create_app(self.services).test_client()
        self.consumer = Consumer(SUBSCRIPTIONS, self.services)
        self.runner = JobRunner(JOBS, self.services)

    def prepare(self) -> None:
        """Make the tables and the people of the demonstration."""
        migrate(self.services.engine, "member")
        self.seed()

    def seed(self) -> None:
        seed(self.services)

    def close(self) -> None:
        self.services.engine.dispose()

    def hear(self, type: str, data: dict[str, Any], sealed: dict[str, Any], **more: Any) -> None:
        more.setdefault("time", self.clock.now())
        self.consumer.hear([factories.delivery(type, data, sealed, sealer=self.quoting, **more)])

    def kept_for_later(self) -> list[str]:
        """The errors of what could not be heard."""
        with self.services.engine.connect() as connection:
            return list(connection.execute(select(RETRY.c.error)).scalars())

    def run_jobs(self) -> None:
        """Do what is due."""
        while self.runner.run_one():
            pass

    def jobs(self) -> list[Any]:
        """The jobs that wait or failed."""
        with self.services.engine.connect() as connection:
            return list(connection.execute(select(JOB)))

    def said(self, type: str | None = None) -> list[Said]:
        """What member has put in its outbox, in order."""
        with self.services.engine.connect() as connection:
            rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).all()
        heard = []
        for row in rows:
            if type is not None and row.type != type:
                continue
            closed = orjson.loads(row.sealed)["notifications"] if row.sealed else None
            data = orjson.loads(row.envelope)["data"]
            sealed = self.notifications.open(closed) if closed else {}
            heard.append(Said(row.type, row.subject, row.tenant, data, sealed))
        return heard

    def last_link(self) -> str:
        """The secret of the last link that was sent."""
        token: str = self.said("member.account.invited.v1")[-1].sealed["token"]
        return token

    def habilitate(self, email: str) -> str:
        uow = self.services.units.for_tenant("rives")
        return habilitate_broker(email=email, company="Cabinet", phone="+33145670009", uow=uow).id

    def register_manager(self, tenant: str, email: str) -> str:
        uow = self.services.units.for_tenant(tenant)
        return register_manager(email=email, first_name="Alix", last_name="Double", uow=uow).id

    def register_mutuelle(self, code: str, number: str, name: str) -> None:
        register_mutuelle(number=number, name=name, uow=self.services.units.for_tenant(code))

    def run_command(self, name: str, *arguments: str) -> int:
        """Run one of the administrator's commands as the command line does."""
        # The log stays where the test runner has put it.
        with mock.patch.dict(os.environ, self.environment), mock.patch("plumbing.service.configure_logs"):
            return run(SERVICE, [name, *arguments])

    def issue(self, *, subject: str, role: str, tenant: str = "rives") -> str:
        """A token that member would sign for somebody else."""
        life = timedelta(minutes=10)
        return self.services.keys.issue(subject=subject, tenant=tenant, role=role, now=self.clock.now(), life=life)

    def set_password_hash(self, login: str, password_hash: str) -> None:
        index = blind_index(self.services.engine, login)
        with self.services.engine.begin() as connection:
            connection.execute(
                update(ACCOUNT).where(ACCOUNT.c.login_index == index).values(password_hash=password_hash)
            )

    def password_hash(self, login: str) -> str:
        index = blind_index(self.services.engine, login)
        with self.services.engine.connect() as connection:
            found: str = connection.execute(
                select(ACCOUNT.c.password_hash).where(ACCOUNT.c.login_index == index)
            ).scalar_one()
        return found

    def dump(self) -> str:
        """Every stored value, as whoever steals the database would read it."""
        engine = self.services.engine
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            rows = [connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables]
        return repr(rows)

    @contextmanager
    def commits(self) -> Iterator[list[str]]:
        """A mark for each transaction that was committed meanwhile."""
        made: list[str] = []

        def note(_connection: Any) -> None:
            made.append("commit")

        event.listen(self.services.engine, "commit", note)
        try:
            yield made
        finally:
            event.remove(self.services.engine, "commit", note)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL that runs meanwhile."""
        ran: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            ran.append(statement)

        event.listen(self.services.engine, "before_cursor_execute", note)
        try:
            yield ran
        finally:
            event.remove(self.services.engine, "before_cursor_execute", note)
