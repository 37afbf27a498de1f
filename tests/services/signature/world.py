"""A whole signature service on SQLite (or another database), with its neighbours played and its events in reach."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient
from sqlalchemy import select

from plumbing.clock import FixedClock
from plumbing.consumer import Context, Event
from plumbing.database import OUTBOX
from plumbing.ids import new_id
from plumbing.jobs import JobRunner
from plumbing.sealing import EventSealer, new_sealing_key
from plumbing.service import bring_up_to_date
from signature.__main__ import SERVICE
from signature.app import create_app
from signature.bootstrap import Bootstrap, SealerBootstrap, build, build_sealer
from signature.config import load, load_sealer
from signature.worker import JOBS, SEALER_JOBS, SUBSCRIPTIONS
from tests.services.signature import papers
from tests.services.signature.factories import KEY, NOON
from tests.services.signature.neighbours import Neighbours
from tests.support.tokens import bearer, verifier

TENANT = "rives"
BROKER = "01980000-0000-7000-8000-0000000b0ce5"
FIELD_KEY = base64.b64encode(b"f" * 32).decode()


def environment(folder: Path, database_url: str | None = None) -> tuple[dict[str, str], str]:
    """Return signature's settings in a demonstration, and the private key of notifications."""
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    own, public = new_sealing_key()
    (keys / "signature.json").write_text(public)
    theirs, public = new_sealing_key()
    (keys / "notifications.json").write_text(public)
    settings = {
        "DEMONSTRATION": "1",
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'signature.sqlite'}",
        "BUS_URL": f"parapluie+sqlite:///{folder / 'bus.sqlite'}",
        "GATEWAY_URL": "http://gateway.invalid",
        "SERVICE_SECRET": "a-service-secret-of-more-than-32-characters",
        "FIELD_KEY": FIELD_KEY,
        "SEALING_KEY": own,
        "SEALING_KEYS_DIR": str(keys),
        "OTP_KEY": base64.b64encode(KEY).decode(),
        "PKI_DIR": str(folder / "pki"),
    }
    return settings, theirs


@dataclass
class World:
    """The service, its clock, what it calls and what it says."""

    services: Bootstrap
    sealer: SealerBootstrap
    clock: FixedClock
    neighbours: Neighbours
    notifications: EventSealer
    client: FlaskClient
    documents: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, *, database_url: str | None = None, **settings: str) -> World:
        values, theirs = environment(folder, database_url)
        clock, neighbours = FixedClock(NOON), Neighbours()
        services = build(load({**values, **settings}), http=neighbours.client(), clock=clock)
        sealer = build_sealer(load_sealer({**values, **settings}), http=neighbours.client(), clock=clock)
        services.verifier = verifier(clock)
        bring_up_to_date(SERVICE, services)
        notifications = EventSealer.from_settings("notifications", theirs, None)
        return cls(services, sealer, clock, neighbours, notifications, create_app(services).test_client())

    def close(self) -> None:
        self.services.close()
        self.sealer.close()

    def ready_to_sign(self, subscription_id: str | None = None, *, tenant: str = TENANT, **signer: Any) -> str:
        """Have quoting say that three documents are stored; return the subscription's id."""
        subscription_id = subscription_id or new_id()
        self.documents = [self._document(kind, title) for kind, title in _ENVELOPE]
        subscription = SUBSCRIPTIONS.entries["quoting.subscription.ready_to_sign.v1"]
        assert subscription.sealed is not None
        data = {
            "subscription_id": subscription_id,
            "quote_number": "RIS-0000000033",
            "broker_id": BROKER,
            "product_name": "Horizon TNS",
            "formula": "300",
            "monthly": "128.40",
            "documents": self.documents,
        }
        event = Event(
            id=new_id(),
            type=subscription.type,
            source="/parapluie/quoting",
            subject=subscription_id,
            tenant=tenant,
            sequence=1,
            time=self.clock.now(),
            data=subscription.schema.load(data),
            sealed=subscription.sealed.load({**SIGNER, **signer}),
        )
        subscription.handler(event, Context(uow=self.services.units.for_tenant(tenant), services=self.services))
        return subscription_id

    def _document(self, kind: str, title: str) -> dict[str, Any]:
        content = papers.pdf(title)
        document_id = self.neighbours.keep(content)
        return {
            "document_id": document_id,
            "kind": kind,
            "title": title,
            "sha256": papers.sha256(content),
            "size": len(content),
            "pages": 2,
        }

    def run_jobs(self) -> int:
        """Run every job that is due, the sealer's too, and return how many ran."""
        runners, count = (JobRunner(JOBS, self.services), JobRunner(SEALER_JOBS, self.sealer)), 0
        while any(runner.run_one() for runner in runners):
            count += 1
        return count

    def wait(self, **step: float) -> None:
        self.clock.advance(timedelta(**step))

    def events(self, type: str) -> list[dict[str, Any]]:
        """Return the envelopes said so far of one type, each with its opened part for notifications as `sealed`."""
        statement = select(OUTBOX.c.envelope, OUTBOX.c.sealed).where(OUTBOX.c.type == type).order_by(OUTBOX.c.id)
        with self.services.engine.connect().execution_options(read_only=True) as connection:
            return [self._opened(row) for row in connection.execute(statement)]

    def _opened(self, row: Any) -> dict[str, Any]:
        closed = orjson.loads(row.sealed) if row.sealed else {}
        opened = {name: self.notifications.open(part) for name, part in closed.items()}
        return {**orjson.loads(row.envelope), "sealed": opened.get("notifications")}

    def sent_code(self) -> str:
        """Read the code in the SMS last asked for, as the signer would."""
        text = self.events("signature.code.requested.v1")[-1]["sealed"]["text"]
        found = re.search(r"\b(\d{6})\b", text)
        assert found is not None
        return found[1]

    def guest(self, subscription_id: str, *, tenant: str = TENANT) -> Guest:
        return Guest(self, subscription_id, tenant)


SIGNER = {
    "civility": "Mme",
    "first_name": "Julie",
    "last_name": "Moreau",
    "email": "julie.moreau@example.org",
    "mobile": "+33612345678",
    "broker_name": "Cabinet Lemaire",
    "broker_phone": "+33549000000",
    "broker_email": "courtier@lemaire.example",
}
_ENVELOPE = (
    ("advice", "Fiche d’information et de conseil"),
    ("bia", "Bulletin individuel d’adhésion"),
    ("mandate", "Mandat de prélèvement SEPA"),
)
BOXES = {"read": True, "accepts": True, "confirms": True}


@dataclass
class Guest:
    """The client at the signing page: what his browser asks."""

    world: World
    subscription_id: str
    tenant: str
    made_at: datetime | None = None
    token: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """One browser session: the token that the link was exchanged for, made anew only when it has ended."""
        if self.made_at is None or self.world.clock.now() - self.made_at > timedelta(minutes=25):
            self.made_at = self.world.clock.now()
            scope = f"subscription:{self.subscription_id}"
            self.token = bearer("guest", f"guest-{self.subscription_id}", self.tenant, scope, now=self.made_at)
        return self.token

    def ceremony_id(self) -> str:
        answer = self.get(f"/v1/ceremonies?subject=subscription:{self.subscription_id}")
        return str(answer.json["items"][0]["id"])

    def ceremony(self) -> dict[str, Any]:
        answer = self.get(f"/v1/ceremonies/{self.ceremony_id()}")
        assert answer.status_code == 200, answer.json
        body: dict[str, Any] = answer.json
        return body

    def get(self, path: str) -> Any:
        return self.world.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {**self.headers, "Idempotency-Key": key or new_id()}
        address = f"/v1/ceremonies/{self.ceremony_id()}/{path}"
        return self.world.client.post(address, json=body if body is not None else {}, headers=headers)

    def view(self, document_id: str, page: int) -> Any:
        return self.post(f"documents/{document_id}/pages/{page}/view")

    def read(self, document_id: str) -> None:
        """Have every page of a document handed out."""
        [document] = [each for each in self.ceremony()["documents"] if each["document_id"] == document_id]
        for page in range(1, document["pages"] + 1):
            assert self.view(document_id, page).status_code == 200

    def accept(self, document_id: str, **boxes: Any) -> Any:
        return self.post(f"documents/{document_id}/acceptance", {**BOXES, **boxes})

    def accept_all(self) -> None:
        for document in self.ceremony()["documents"]:
            self.read(document["document_id"])
            assert self.accept(document["document_id"]).status_code == 200

    def ask_code(self) -> Any:
        return self.post("codes")

    def sign(self, code: str, *, key: str | None = None, **boxes: bool) -> Any:
        return self.post("signature", {"code": code, "terms": True, "privacy": True, **boxes}, key=key)

    def sign_all(self) -> None:
        """Go through the whole ceremony, up to the right code of the signer whose turn it is."""
        self.accept_all()
        assert self.ask_code().status_code == 200
        answer = self.sign(self.world.sent_code())
        assert answer.status_code == 200, answer.json
