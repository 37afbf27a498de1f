"""Notifications as a whole on SQLite: its app, its consumer, its jobs, a clock, a documents service and a mailbox."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from joserfc.jwk import OKPKey
from sqlalchemy import select

from notifications.app import create_app
from notifications.bootstrap import Bootstrap, build
from notifications.config import load
from notifications.worker import JOBS, SUBSCRIPTIONS
from plumbing.cipher import new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Consumer
from plumbing.database import JOB, RETRY
from plumbing.jobs import JobRunner
from plumbing.migrations import migrate
from plumbing.sealing import EventSealer, new_sealing_key
from tests.services.notifications.factories import Said, delivery
from tests.support.tokens import verifier

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FIELD_KEY = new_field_key()


class Neighbours:
    """Member gives tokens and documents gives files: enough of both to be called over HTTP."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, int] = {}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/member/v1/service-tokens":
            return httpx.Response(200, json={"access_token": "service-token", "expires_in": 600})
        document_id = request.url.path.removeprefix("/api/documents/v1/documents/").removesuffix("/content")
        self.asked.append(document_id)
        assert request.headers["Authorization"] == "Bearer service-token"
        status = self.answers.get(document_id, 200)
        if status != 200:
            return httpx.Response(status, json={"code": "document.not_found"})
        content = self.files.get(document_id, b"%PDF-1.7 " + document_id.encode())
        return httpx.Response(200, content=content, headers={"Content-Type": "application/pdf"})


class World:
    """Everything a test needs of one notifications service."""

    def __init__(self, folder: Path, template: Path | None = None, **settings: str) -> None:
        self.clock = FixedClock(NOW)
        own, public = new_sealing_key()
        keys = folder / "keys"
        keys.mkdir()
        (keys / "notifications.json").write_text(public)
        database = folder / "notifications.db"
        if template is not None:
            shutil.copy(template, database)
        self.mailbox = folder / "mailbox"
        self.environment = {
            "DEMONSTRATION": "1",
            "DATABASE_URL": settings.pop("DATABASE_URL", f"sqlite:///{database}"),
            "BUS_URL": f"embedded:///{folder}/bus.db",
            "GATEWAY_URL": "http://gateway.example",
            "SERVICE_SECRET": "n" * 40,
            "FIELD_KEY": FIELD_KEY,
            "SEALING_KEY": own,
            "SEALING_KEYS_DIR": str(keys),
            "PUBLIC_URL": "https://espace.rives.example",
            "MAILBOX_DIR": str(self.mailbox),
            **settings,
        }
        self.neighbours = Neighbours()
        http = httpx.Client(transport=httpx.MockTransport(self.neighbours))
        self.services: Bootstrap = build(load(self.environment), http=http, clock=self.clock)
        self.services.verifier = verifier(self.clock)
        self.sealer = EventSealer("neighbour", None, {"notifications": OKPKey.import_key(orjson.loads(public))})
        self.app = create_app(self.services)
        self.consumer = Consumer(SUBSCRIPTIONS, self.services)
        self.jobs = JobRunner(JOBS, self.services)

    def prepare(self) -> None:
        migrate(self.services.engine, "notifications")

    def close(self) -> None:
        self.services.http.close()
        self.services.close()

    def hear(self, *events: Said, times: int = 1, **more: Any) -> None:
        """Deliver each event, `times` over."""
        more.setdefault("time", self.clock.now())
        for event in events:
            message = delivery(
                event.type, event.data, subject=event.subject, sealed=event.sealed, sealer=self.sealer, **more
            )
            for _ in range(times):
                self.consumer.hear([message])

    def run_jobs(self) -> int:
        done = 0
        while self.jobs.run_one():
            done += 1
        return done

    def kept_for_later(self) -> list[tuple[str, str]]:
        """State and error of what could not be heard."""
        with self.services.engine.connect() as connection:
            return [(row.state, row.error) for row in connection.execute(select(RETRY.c.state, RETRY.c.error))]

    def waiting_jobs(self) -> list[tuple[str, str]]:
        """State and error of the jobs that are still there."""
        with self.services.engine.connect() as connection:
            return [(row.state, row.error) for row in connection.execute(select(JOB.c.state, JOB.c.error))]

    def delivered(self, to: str | None = None) -> list[dict[str, Any]]:
        """What lies in the demonstration mailbox, for one addressee or for all."""
        messages = [json.loads(path.read_text()) for path in sorted(self.mailbox.glob("*.json"))]
        return [found for found in messages if to is None or to in (place["address"] for place in found["to"])]

    def handed_over(self) -> list[str]:
        """The id of each message that the demonstration mailbox was handed, as often as it was."""
        log = self.mailbox / "handovers.log"
        return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []

    def raw(self, table: str) -> str:
        """The rows of a table as they lie in the file."""
        with self.services.engine.connect() as connection:
            return str(connection.connection.cursor().execute(f"SELECT * FROM {table}").fetchall())
