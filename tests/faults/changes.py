"""What a run changes in the processes under test: a witness of what was applied, safeguards off, single faults.

`FAULTS_ABLATE` names the safeguard that is off. `FAULTS_FOLDER` is where a test leaves word of a single fault: in the
file `poison` a service and an event type that kills whoever hears it, in `clock` the seconds by which every clock is
wrong. Each function is given the module right after its import.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

ABLATIONS = ("confirms", "outbox", "ack", "inbox")
WITNESS = "CREATE TABLE IF NOT EXISTS faults_witness (event_id VARCHAR(80) NOT NULL, pid BIGINT NOT NULL)"

_ABLATED = os.environ.get("FAULTS_ABLATE", "")
_FOLDER = os.environ.get("FAULTS_FOLDER", "")


def inbox(module: Any) -> None:
    """Write a row for every event whose handler runs, in its own transaction. Its table has no key: two rows can be."""
    from sqlalchemy import text

    note = text("INSERT INTO faults_witness (event_id, pid) VALUES (:event_id, :pid)")
    claim = module.InboxClaim
    take = claim.take

    def take_and_witness(self: Any, session: Any) -> None:
        take(self, session)
        session.execute(note, {"event_id": self.envelope.id, "pid": os.getpid()})

    claim.take = take_and_witness
    if _ABLATED == "inbox":
        # An event that was heard before is applied again.
        claim._refuse = lambda *_: None


def publisher(module: Any) -> None:
    """Without confirms: what was written to the socket counts as kept."""
    if _ABLATED != "confirms":
        return
    from plumbing.transport.messages import Outcome

    def publish(link: Any, channel: Any, confirms: Any, batch: Sequence[Any], *, seconds: float) -> bool:
        with link.gathering(seconds):
            for _message_id, exchange, routing_key, message in batch:
                channel.basic_publish(message, exchange, routing_key, True)
        confirms.outcomes.update((message_id, Outcome.CONFIRMED) for message_id, *_ in batch)
        return True

    module.publish_and_wait = publish


def consumer(module: Any) -> None:
    """Acknowledge what is received before it is applied."""
    if _ABLATED != "ack":
        return
    receive = module.InboxConsumer.receive

    def receive_and_ack(self: Any, **how: Any) -> Any:
        deliveries = receive(self, **how)
        self.ack(deliveries)
        return deliveries

    module.InboxConsumer.receive = receive_and_ack


def unit_of_work(module: Any) -> None:
    """Commit, then publish: no event row waits for a relay. The archive is written so that the harness knows of it."""
    if _ABLATED != "outbox":
        return
    from plumbing.database import ARCHIVE
    from plumbing.outbox import numbered

    unit = module.UnitOfWork
    commit = unit.commit

    def write_events(self: Any) -> None:
        origin = module.current_origin()
        connection = self.session.connection()
        said = [self._outbox_row(each, origin) for each in sorted(self._said, key=lambda each: each.subject)]
        rows = [numbered(connection, each) for each in said]
        self.committed_events = rows
        for row in rows:
            kept = {name: value for name, value in row.items() if name != "attempts"}
            self.session.execute(ARCHIVE.insert(), {**kept, "id": secrets.randbits(62), "published_at": self.now})

    def commit_then_publish(self: Any) -> None:
        self.committed_events = []
        commit(self)
        if self.committed_events:
            _publish_once(self.committed_events)

    unit._write_events = write_events
    unit.commit = commit_then_publish


_own = threading.local()


def _publish_once(rows: Sequence[Any]) -> None:
    from plumbing.envelope import on_the_wire
    from plumbing.transport import Bus, BusUnavailable, OutgoingMessage

    if not hasattr(_own, "publisher"):
        _own.publisher = Bus(os.environ["BUS_URL"]).publisher()
    messages = [
        OutgoingMessage(
            message_id=row["event_id"],
            routing_key=row["type"],
            body=on_the_wire(row["envelope"], row["sealed"], row["sealed_until"]),
            type=row["type"],
            mandatory=row["required"],
        )
        for row in rows
    ]
    try:
        _own.publisher.publish_batch(messages)
    except BusUnavailable:
        _own.publisher.close()


def _word(fault: str) -> str:
    with suppress(FileNotFoundError):
        return (Path(_FOLDER) / fault).read_text()
    return ""


def clock(module: Any) -> None:
    """Let the clock go wrong while the process runs."""
    if not _FOLDER:
        return
    right = module.SystemClock.now
    module.SystemClock.now = lambda self: right(self) + timedelta(seconds=float(_word("clock") or 0))


def hearing(module: Any) -> None:
    """Die of a poisonous event, and look for the dead more often than every half minute."""
    if not _FOLDER:
        return
    module._DEAD_LETTERS_SECONDS = 2.0
    handle = module.Consumer._handle

    def handle_or_die(self: Any, received: Any, user_id: str | None, **where: Any) -> None:
        if _word("poison") == f"{self.name} {received.envelope.type}":
            os.kill(os.getpid(), signal.SIGKILL)
        handle(self, received, user_id, **where)

    module.Consumer._handle = handle_or_die


def supervisor(module: Any) -> None:
    """Bring back at once what a poisonous event kills: ten deaths shall take seconds."""
    if _FOLDER:
        module.LONGEST_PAUSE = module.FIRST_PAUSE


CHANGES: dict[str, Callable[[Any], None]] = {
    "plumbing.clock": clock,
    "plumbing.consumer": hearing,
    "plumbing.inbox": inbox,
    "plumbing.supervisor": supervisor,
    "plumbing.transport.publisher": publisher,
    "plumbing.transport.consumer": consumer,
    "plumbing.unit_of_work": unit_of_work,
}
