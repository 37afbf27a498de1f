"""A tiny service on each of the two databases, with a bus that only remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import marshmallow as ma
from sqlalchemy import Column, Engine, Integer, String, Table
from sqlalchemy.orm import Session, registry

from plumbing.clock import FixedClock
from plumbing.consumer import Consumer, Subscriptions
from plumbing.database import Encrypted, service_metadata
from plumbing.events import EventRegistry
from plumbing.jobs import JobRunner, Jobs
from plumbing.sealing import EventSealer
from plumbing.transport import Delivery, Outcome, OutgoingMessage
from plumbing.unit_of_work import UnitOfWork, Units


@dataclass
class Pot:
    """The aggregate of these tests."""

    id: str
    content: int = 0
    note: str | None = None
    tenant: str = ""
    version: int = 0


MAPPER = registry(metadata=service_metadata())
POTS = Table(
    "pot",
    MAPPER.metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("content", Integer, nullable=False),
    Column("note", Encrypted, nullable=True),
    Column("version", Integer, nullable=False),
)
MAPPER.map_imperatively(Pot, POTS, version_id_col=POTS.c.version)


class PotFilled(ma.Schema):
    pot_id = ma.fields.String(required=True)
    content = ma.fields.Integer(required=True)


class PotFilledHeard(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    content = ma.fields.Integer(required=True)


class Secret(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    word = ma.fields.String(required=True)


EVENTS = EventRegistry("kitchen")
EVENTS.declare(
    "kitchen.pot.filled.v1",
    data=PotFilled(),
    summary="A pot was filled.",
    example={"pot_id": "p", "content": 1},
)
EVENTS.declare(
    "kitchen.pot.whispered.v1",
    data=PotFilled(),
    sealed={"kitchen": Secret()},
    sealed_ttl=timedelta(minutes=10),
    summary="A pot has a secret.",
    example={"pot_id": "p", "content": 1},
)
EVENTS.declare(
    "kitchen.pot.seen.v1",
    data=PotFilled(),
    audience="optional",
    summary="Somebody looked.",
    example={"pot_id": "p", "content": 1},
)


class KitchenWork(UnitOfWork):
    def pot(self, pot_id: str) -> Pot | None:
        return self.session.get(Pot, pot_id)

    def add(self, pot: Pot) -> None:
        self.session.add(pot)


@dataclass
class RememberingBus:
    """Stands for the transport, which has its own suite: takes what it is told to take, in order."""

    published: list[OutgoingMessage] = field(default_factory=list)
    verdict: Callable[[OutgoingMessage], Outcome] = lambda message: Outcome.CONFIRMED

    def publisher(self) -> RememberingBus:
        return self

    def publish_batch(self, messages: Any) -> dict[str, Outcome]:
        outcomes = {message.message_id: self.verdict(message) for message in messages}
        self.published += [m for m in messages if outcomes[m.message_id] is Outcome.CONFIRMED]
        return outcomes

    def close(self) -> None:
        pass


@dataclass
class Kitchen:
    """What a Bootstrap offers, for this tiny service."""

    engine: Engine
    clock: FixedClock
    sealer: EventSealer
    units: Units[KitchenWork]
    bus: Any  # a RememberingBus, where plumbing wants a Bus
    subscriptions: Subscriptions
    jobs: Jobs

    @property
    def consumer(self) -> Consumer:
        return Consumer(self.subscriptions, self)

    @property
    def runner(self) -> JobRunner:
        return JobRunner(self.jobs, self)

    def uow(self, tenant: str = "rives", **more: Any) -> Callable[[], KitchenWork]:
        return self.units.for_tenant(tenant, **more)

    def fill(self, pot_id: str, content: int = 1, tenant: str = "rives") -> None:
        with self.uow(tenant)() as work:
            pot = work.pot(pot_id)
            if pot is None:
                pot = Pot(pot_id)
                work.add(pot)
            pot.content = content
            work.publish("kitchen.pot.filled.v1", subject=pot_id, data={"pot_id": pot_id, "content": content})
            work.commit()

    def content(self, pot_id: str, tenant: str = "rives") -> int | None:
        with self.units.reading(tenant) as session:
            pot = session.get(Pot, pot_id)
            return None if pot is None else pot.content

    def deliveries(self) -> list[Delivery]:
        return [delivery_of(message.body, message.message_id) for message in self.bus.published]

    def rows(self, table: Table) -> list[Any]:
        with Session(self.engine) as session:
            return list(session.execute(table.select()).all())


def delivery_of(body: bytes, message_id: str | None = None) -> Delivery:
    return Delivery(
        body=body,
        message_id=message_id,
        type=None,
        routing_key="",
        redelivered=False,
        delivery_count=0,
        user_id=None,
        exchange="parapluie.events",
        tag=1,
    )
