"""Claims as a whole on SQLite: its app, its consumer, its jobs, a clock to turn, and what it says on the bus."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import OKPKey
from sqlalchemy import select

from claims.app import create_app
from claims.bootstrap import Bootstrap, build
from claims.config import load
from claims.worker import JOBS, SUBSCRIPTIONS
from plumbing.cipher import new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Consumer
from plumbing.database import JOB, OUTBOX, RETRY
from plumbing.jobs import JobRunner
from plumbing.migrations import migrate
from plumbing.sealing import EventSealer, new_sealing_key
from tests.services.claims.factories import Family, delivery, stored
from tests.support.tokens import verifier

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FIELD_KEY = new_field_key()


class World:
    """Everything a test needs of one claims service."""

    def __init__(self, folder: Path, template: Path | None = None, database_url: str | None = None) -> None:
        self.clock = FixedClock(NOW)
        own, public = new_sealing_key()
        keys = folder / "keys"
        keys.mkdir()
        (keys / "claims.json").write_text(public)
        database = folder / "claims.db"
        if template is not None:
            shutil.copy(template, database)
        self.payments_folder = folder / "payments"
        self.environment = {
            "DEMONSTRATION": "1",
            "DATABASE_URL": database_url or f"sqlite:///{database}",
            "BUS_URL": f"embedded:///{folder}/bus.db",
            "GATEWAY_URL": "http://gateway.example",
            "SERVICE_SECRET": "c" * 40,
            "FIELD_KEY": FIELD_KEY,
            "SEALING_KEY": own,
            "SEALING_KEYS_DIR": str(keys),
            "PAYMENTS_DIR": str(self.payments_folder),
        }
        self.services: Bootstrap = build(load(self.environment), clock=self.clock)
        self.services.verifier = verifier(self.clock)
        self.sealer = EventSealer("quoting", None, {"claims": OKPKey.import_key(orjson.loads(public))})
        self.app = create_app(self.services)
        self.consumer = Consumer(SUBSCRIPTIONS, self.services)
        self.jobs = JobRunner(JOBS, self.services)

    def prepare(self) -> None:
        migrate(self.services.engine, "claims")

    def close(self) -> None:
        self.services.close()

    def hear(self, type: str, data: dict[str, Any], *, subject: str, times: int = 1, **more: Any) -> None:
        """Deliver one message, `times` over."""
        sealed = more.pop("sealed", None)
        more.setdefault("time", self.clock.now())
        message = delivery(type, data, subject=subject, sealed=sealed, sealer=self.sealer, **more)
        for _ in range(times):
            self.consumer.hear([message])

    def hear_created(self, family: Family, *, sealed: dict[str, Any] | None = None, **more: Any) -> None:
        event = {name: more.pop(name) for name in ("times", "tenant", "sequence") if name in more}
        self.hear(
            "quoting.contract.created.v1",
            family.created(**more),
            subject=family.contract_id,
            sealed=family.details() if sealed is None else sealed,
            **event,
        )

    def hear_changed(self, family: Family, **more: Any) -> None:
        event = {name: more.pop(name) for name in ("times", "tenant", "sequence") if name in more}
        self.hear("member.contract.changed.v1", family.changed(**more), subject=family.contract_id, **event)

    def hear_stored(self, document_id: str, claim_id: str, member_id: str, **changes: Any) -> None:
        data = stored(document_id, claim_id, member_id, **changes)
        self.hear("documents.document.stored.v1", data, subject=document_id)

    def family(self, **changes: Any) -> Family:
        """A member with a contract that both publishers have spoken of."""
        family = Family()
        self.hear_created(family, **changes)
        self.hear_changed(family, valid_from=changes.get("valid_from", "2026-10-01"))
        return family

    def run_jobs(self) -> int:
        done = 0
        while self.jobs.run_one():
            done += 1
        return done

    def said(self, type: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """What claims has put in its outbox, in order."""
        with self.services.engine.connect() as connection:
            rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).all()
        return [(row.type, orjson.loads(row.envelope)["data"]) for row in rows if type in (None, row.type)]

    def kept_for_later(self) -> list[tuple[str, str]]:
        """State and error of what could not be heard."""
        with self.services.engine.connect() as connection:
            return [(row.state, row.error) for row in connection.execute(select(RETRY.c.state, RETRY.c.error))]

    def waiting_jobs(self) -> list[tuple[str, str]]:
        """State and error of the jobs that are still there."""
        with self.services.engine.connect() as connection:
            return [(row.state, row.error) for row in connection.execute(select(JOB.c.state, JOB.c.error))]

    def payment_orders(self) -> list[dict[str, Any]]:
        """What the demonstration's payments provider recorded."""
        return [json.loads(path.read_text()) for path in sorted(self.payments_folder.glob("*.json"))]

    def handed_over(self) -> list[str]:
        """Tenant and reference of each order that the provider was handed, as often as it was."""
        log = self.payments_folder / "handovers.log"
        return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []
