"""Documents as a whole on SQLite and a folder: its app, its consumer, and what it says on the bus."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import OKPKey
from sqlalchemy import Table, select
from werkzeug.test import TestResponse

from documents.adapters.checks.pool import CheckerPool
from documents.app import create_app
from documents.bootstrap import Bootstrap, build
from documents.config import load
from documents.worker import SUBSCRIPTIONS
from plumbing.cipher import new_field_key
from plumbing.clock import FixedClock
from plumbing.consumer import Consumer
from plumbing.database import OUTBOX, RETRY
from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.migrations import migrate
from plumbing.sealing import EventSealer, new_sealing_key
from plumbing.transport import Delivery
from tests.services.documents.pictures import jpeg
from tests.support.tokens import bearer, verifier

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIELD_KEY = new_field_key()
ADDRESS = "/v1/documents"
BOUNDARY = "limite-du-formulaire"


@dataclass(frozen=True)
class Somebody:
    """A caller: his role, id, tenant and, for a guest, the subscription of his link."""

    role: str
    id: str = field(default_factory=new_id)
    tenant: str = "rives"
    subscription: str | None = None

    @property
    def owner(self) -> str:
        return f"{self.role}:{self.id}"

    def headers(self) -> dict[str, str]:
        scope = f"subscription:{self.subscription}" if self.subscription else ""
        return bearer(self.role, self.id, self.tenant, scope, now=NOW)


def guest(subscription: str | None = None, tenant: str = "rives") -> Somebody:
    """A client who holds the link of a subscription."""
    return Somebody("guest", tenant=tenant, subscription=subscription or new_id())


def service(name: str = "quoting", tenant: str = "rives") -> Somebody:
    """One of our services."""
    return Somebody("service", name, tenant)


class World:
    """Everything a test needs of one documents service."""

    def __init__(self, folder: Path, checker: CheckerPool, *, database_url: str = "", **settings: str) -> None:
        self.clock = FixedClock(NOW)
        self.files = folder / "files"
        own, public = new_sealing_key()
        keys = folder / "keys"
        keys.mkdir(parents=True)
        (keys / "documents.json").write_text(public)
        quotings, public = new_sealing_key()
        (keys / "quoting.json").write_text(public)
        self._quoting = EventSealer("quoting", OKPKey.import_key(orjson.loads(quotings)), {})
        environment = {
            "DEMONSTRATION": "1",
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'documents.db'}",
            "BUS_URL": f"parapluie+sqlite:///{folder / 'bus.db'}",
            "GATEWAY_URL": "http://gateway.example",
            "SERVICE_SECRET": "d" * 40,
            "FIELD_KEY": FIELD_KEY,
            "SEALING_KEY": own,
            "SEALING_KEYS_DIR": str(keys),
            "STORE": "folder",
            "STORE_DIR": str(self.files),
            **settings,
        }
        self.services: Bootstrap = build(load(environment), clock=self.clock)
        self.services.checker = checker
        self.services.verifier = verifier(self.clock)
        self.client = create_app(self.services).test_client()
        self.consumer = Consumer(SUBSCRIPTIONS, self.services)

    def migrate(self) -> None:
        migrate(self.services.engine, "documents")

    def close(self) -> None:
        self.services.close()

    def get(self, path: str, who: Somebody, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"{ADDRESS}{path}", headers={**who.headers(), **sent})

    def send(
        self,
        who: Somebody,
        *,
        subject: str,
        kind: str = "piece.identity",
        content: bytes | None = None,
        name: str = "carte.jpg",
        media_type: str = "image/jpeg",
        key: str | None = None,
        **more: str,
    ) -> TestResponse:
        """Send one file as a form; the rest are more fields."""
        given = {"kind": kind, "subject": subject, **more}
        parts = [("file", Part(jpeg() if content is None else content, name, media_type)), *given.items()]
        return self.post(who, parts, key=key)

    def post(self, who: Somebody, parts: Iterable[tuple[str, object]], *, key: str | None = None) -> TestResponse:
        """Send any form."""
        headers = {**who.headers(), "Idempotency-Key": key or new_id()}
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        return self.client.post(ADDRESS, data=form(parts), headers=headers, content_type=content_type)

    def stored(self, who: Somebody, **upload: Any) -> dict[str, Any]:
        """Send a file that must be accepted."""
        answer = self.send(who, **upload)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        document: dict[str, Any] = answer.get_json()
        return document

    def ids_listed(self, who: Somebody, subject: str = "") -> set[str]:
        answer = self.get(f"?limit=100&subject={subject}" if subject else "?limit=100", who)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return {item["id"] for item in answer.json["items"]}

    def hear(self, type: str, data: dict[str, Any], **more: Any) -> None:
        """Have another service say something."""
        event_id = more.get("event_id") or new_id()
        envelope = Envelope(
            id=event_id,
            source=f"/parapluie/{type.partition('.')[0]}",
            type=type,
            subject=event_id,
            time=NOW,
            tenant=more.get("tenant", "rives"),
            sequence=1,
            correlation_id=event_id,
            causation_id=event_id,
            traceparent=None,
            data=data,
        )
        body = on_the_wire(envelope.to_json(), None, None)
        self.consumer.hear([Delivery(body, envelope.id, type, type, False, 0, None, "parapluie.events")])

    def quote_issued(self, *, subscription: str, broker: str, quote: str | None = None, **more: Any) -> str:
        """Have quoting issue a quote; returns its id."""
        quote_id = quote or new_id()
        data = {"quote_id": quote_id, "subscription_id": subscription, "broker_id": broker, "number": "RIS-0000000033"}
        self.hear("quoting.quote.issued.v1", data, **more)
        return quote_id

    def contract_created(self, *, subscription: str, member: str, contract: str | None = None, **more: Any) -> str:
        """Have member say that a contract exists; returns its id."""
        contract_id = contract or new_id()
        data = {"contract_id": contract_id, "subscription_id": subscription, "member_id": member, "status": "active"}
        self.hear("member.contract.changed.v1", data, **more)
        return contract_id

    def said(self, type: str) -> list[dict[str, Any]]:
        """What documents has put in its outbox, in order: the data of each event of a type."""
        with self.services.engine.connect() as connection:
            statement = select(OUTBOX.c.envelope).where(OUTBOX.c.type == type).order_by(OUTBOX.c.id)
            return [orjson.loads(text)["data"] for text in connection.execute(statement).scalars()]

    def sealed_for_quoting(self, type: str) -> list[dict[str, Any]]:
        """What quoting alone can read of each event of a type."""
        with self.services.engine.connect() as connection:
            statement = select(OUTBOX.c.sealed).where(OUTBOX.c.type == type).order_by(OUTBOX.c.id)
            parts = [orjson.loads(text)["quoting"] for text in connection.execute(statement).scalars()]
        return [self._quoting.open(part) for part in parts]

    def kept_for_later(self) -> list[str]:
        """The errors of what could not be heard."""
        with self.services.engine.connect() as connection:
            return [str(error) for error in connection.execute(select(RETRY.c.error)).scalars()]

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.services.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(select(table))]

    def objects(self) -> list[str]:
        """The keys in the store."""
        return sorted(found.key for found in self.services.store.listing(""))


@dataclass(frozen=True)
class Part:
    """The file part of a form."""

    content: bytes
    name: str
    media_type: str = "image/jpeg"


def form(parts: Iterable[tuple[str, object]]) -> bytes:
    """Write a form as a browser does."""
    written = []
    for field_name, value in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field_name}"'
        if isinstance(value, Part):
            head += f'; filename="{value.name}"\r\nContent-Type: {value.media_type}'
        body = value.content if isinstance(value, Part) else str(value).encode()
        written.append(head.encode() + b"\r\n\r\n" + body + b"\r\n")
    return b"".join(written) + f"--{BOUNDARY}--\r\n".encode()


def copied(folder: Path, template: Path) -> Path:
    """Put a migrated database where a world will look for it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "documents.db")
    return folder
