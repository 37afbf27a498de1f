"""Two tiny services: a teller who writes receipts, and a ledger that hears of them and makes an entry of each.

They are made of plumbing as the real ones are, so what is measured is the pipes and not an insurer's rules.
`python -m tests.load.pair PART SETTINGS` runs a worker part as `python -m <service> worker --part` does.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import marshmallow as ma
from sqlalchemy import Column, Engine, String, Table, text
from sqlalchemy.orm import registry

from plumbing.clock import SystemClock
from plumbing.consumer import Context, Event, Subscriptions
from plumbing.database import make_engine, service_metadata
from plumbing.envelope import Envelope
from plumbing.events import EventRegistry
from plumbing.ids import new_id
from plumbing.jobs import Jobs
from plumbing.sealing import EventSealer
from plumbing.transport import Bus
from plumbing.unit_of_work import UnitOfWork, Units
from plumbing.worker import run_part
from tests.load.rawamqp import RawConnection

TENANT = "rives"
TYPE = "teller.receipt.written.v1"
ENTRIES_CHANNEL = "bench_entries"
# A quote's event has about this much in it: the envelope is then a good kilobyte.
REMARK = "Reçu du guichet, ligne après ligne. " * 16


@dataclass
class Entry:
    """What the ledger keeps of one receipt."""

    id: str
    amount: str
    remark: str
    tenant: str = ""


_MAPPER = registry(metadata=service_metadata())
ENTRIES = Table(
    "entry",
    _MAPPER.metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(40), nullable=False),
    Column("amount", String(20), nullable=False),
    Column("remark", String(1000), nullable=False),
)
_MAPPER.map_imperatively(Entry, ENTRIES)


class ReceiptWritten(ma.Schema):
    receipt_id = ma.fields.String(required=True)
    amount = ma.fields.String(required=True)
    remark = ma.fields.String(required=True)


class ReceiptHeard(ReceiptWritten):
    class Meta:
        unknown = ma.EXCLUDE


EVENTS = EventRegistry("teller")
EVENTS.declare(
    TYPE,
    data=ReceiptWritten(),
    summary="The teller wrote a receipt.",
    example={"receipt_id": "r", "amount": "1.00", "remark": ""},
)
SUBSCRIPTIONS = Subscriptions("ledger")


class LedgerWork(UnitOfWork):
    def add(self, entry: Entry) -> None:
        self.session.add(entry)


@SUBSCRIPTIONS.on(TYPE, schema=ReceiptHeard())
def receipt_written(event: Event, context: Context) -> None:
    """One receipt, one entry."""
    with context.uow() as work:
        work.add(Entry(event.data["receipt_id"], event.data["amount"], event.data["remark"]))
        work.commit()


class Services:
    """What a Bootstrap offers its worker."""

    def __init__(self, database: str, bus: str) -> None:
        self.clock = SystemClock()
        self.engine: Engine = make_engine(database)
        self.sealer = EventSealer("bench", None, {})
        self.units: Units[LedgerWork] = Units(self.engine, LedgerWork, EVENTS, self.clock, self.sealer)
        self.bus = Bus(bus)

    def create_tables(self) -> None:
        _MAPPER.metadata.create_all(self.engine)


def empty_inbox(bus: str) -> None:
    """Declare the ledger's queue, as its consumer would, and take whatever is in it."""
    topology = SUBSCRIPTIONS.topology()
    with closing(Bus(bus).consumer(topology)) as queue:
        queue.open()
    with RawConnection(bus) as connection:
        connection.purge(topology.inbox)


def say_entries(engine: Engine) -> None:
    """Have the ledger's database say each entry that is committed: an observer hears of it without asking."""
    body = f"BEGIN PERFORM pg_notify('{ENTRIES_CHANNEL}', NEW.id); RETURN NEW; END"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE FUNCTION say_entry() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        connection.execute(
            text("CREATE TRIGGER say_entry AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION say_entry()")
        )


def write_receipt(services: Services) -> tuple[str, float]:
    """Say one event in a transaction as a request does; return its id and the monotonic moment before the commit."""
    receipt_id = new_id()
    with services.units.for_tenant(TENANT)() as work:
        work.publish(TYPE, subject=receipt_id, data={"receipt_id": receipt_id, "amount": "51.74", "remark": REMARK})
        moment = time.monotonic()
        work.commit()
    return receipt_id, moment


def envelopes(count: int) -> list[Envelope]:
    """That many events as the teller says them, each of a subject of its own."""
    now = datetime.now(UTC)
    made = []
    for _ in range(count):
        event_id, receipt_id = new_id(), new_id()
        data = {"receipt_id": receipt_id, "amount": "51.74", "remark": REMARK}
        made.append(Envelope(event_id, EVENTS.source, TYPE, receipt_id, now, TENANT, 1, event_id, event_id, None, data))
    return made


if __name__ == "__main__":
    settings = json.loads(sys.argv[2])
    own_subscriptions = SUBSCRIPTIONS if sys.argv[1] == "consumer" else Subscriptions("teller")
    made = Services(settings["database"], settings["bus"])
    sys.exit(run_part(sys.argv[1], own_subscriptions, Jobs("bench"), made))
