"""What was heard before, what waits to be tried again, and what a person has to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Connection, bindparam, column, exists, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from plumbing.database import INBOX, RETRY, STREAM_POSITION, insert_for, insert_of
from plumbing.envelope import Envelope, Received
from plumbing.errors import Permanent
from plumbing.ids import new_id
from plumbing.unit_of_work import AlreadyTaken

WAITING = "waiting"
PARKED = "parked"
_OF_EACH = ("source", "event_id", "type", "sha256")
_PLACE = ("subject", "sequence")


class AnotherBody(Permanent):
    """An event id that was heard before came again with another content: an alarm, not a repeat."""


@dataclass(frozen=True)
class InboxClaim:
    """The identity of one event for one consumer; its row commits with the handler's effects.

    `noted` says that the row is there already: a batch that is heard in one go writes all of its rows at once.
    """

    consumer: str
    envelope: Envelope
    sha256: str
    received_at: datetime
    latest_wins: bool = False
    noted: bool = False

    def take(self, session: Session) -> None:
        """Insert the inbox row; AlreadyTaken for a repeat, or for an older state where only the newest counts."""
        if not self.noted:
            self._note(session)
        if self.latest_wins and not self._is_newest(session):
            if not self.noted:
                # The repeat must stay known, so the row is kept although the handler is not called.
                session.commit()
            raise AlreadyTaken(self.envelope.id)

    def _note(self, session: Session) -> None:
        # RETURNING, never rowcount: the driver reports -1 for both outcomes on PostgreSQL.
        row = inbox_row(self.consumer, self.envelope, self.sha256, self.received_at)
        statement = _insert_new(session.connection().dialect.name)
        if session.execute(statement, row).one_or_none() is None:
            identity = {name: row[name] for name in ("consumer", "source", "event_id")}
            self._refuse(session, identity)

    def committed(self) -> None:
        """Nothing more to do: the row is the proof."""

    def _refuse(self, session: Session, identity: dict[str, str]) -> None:
        known = session.execute(select(INBOX.c.sha256).filter_by(**identity)).scalar_one()
        if known != self.sha256:
            raise AnotherBody(f"event {self.envelope.id} was heard before with another content")
        raise AlreadyTaken(self.envelope.id)

    def _is_newest(self, session: Session) -> bool:
        insert = insert_for(session.connection())
        sequence = self.envelope.sequence
        statement = insert(STREAM_POSITION).values(
            consumer=self.consumer,
            source=self.envelope.source,
            type=self.envelope.type,
            subject=self.envelope.subject,
            sequence=sequence,
        )
        moved = session.execute(
            statement.on_conflict_do_update(
                index_elements=["consumer", "source", "type", "subject"],
                set_={"sequence": sequence},
                where=STREAM_POSITION.c.sequence < sequence,
            ).returning(STREAM_POSITION.c.sequence)
        ).scalar_one_or_none()
        return moved is not None


@cache
def _insert_new(dialect_name: str) -> Any:
    return insert_of(dialect_name)(INBOX).on_conflict_do_nothing().returning(INBOX.c.event_id)


@cache
def _insert_what_need_not_wait() -> Any:
    """Inbox rows of a batch in one statement, less those that `is_held_back` is true of.

    Columns of arrays: one short text whatever the number of rows stays prepared, where a list of rows is parsed each
    time. Written in one order everywhere: two consumers that were given the same events cannot deadlock.
    """
    types = {name: INBOX.c[name].type for name in _OF_EACH} | {name: RETRY.c[name].type for name in _PLACE}
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()]
    told = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items())).render_derived()
    consumer = bindparam("consumer", type_=INBOX.c.consumer.type)
    held_back = exists().where(
        RETRY.c.consumer == consumer,
        RETRY.c.source == told.c.source,
        RETRY.c.subject == told.c.subject,
        RETRY.c.state == WAITING,
        RETRY.c.sequence < told.c.sequence,
    )
    received_at = bindparam("received_at", type_=INBOX.c.received_at.type)
    rows = select(consumer, received_at, *(told.c[name] for name in _OF_EACH)).where(~held_back)
    ordered = rows.order_by(told.c.source, told.c.event_id)
    statement = postgresql.insert(INBOX).from_select(["consumer", "received_at", *_OF_EACH], ordered)
    return statement.on_conflict_do_nothing().returning(INBOX.c.event_id)


def inbox_row(consumer: str, envelope: Envelope, sha256: str, received_at: datetime) -> dict[str, Any]:
    """Return the row that says that an event was heard."""
    return {
        "consumer": consumer,
        "source": envelope.source,
        "event_id": envelope.id,
        "type": envelope.type,
        "sha256": sha256,
        "received_at": received_at,
    }


def note_together(connection: Connection, consumer: str, batch: Sequence[Received], now: datetime) -> set[str]:
    """Insert the inbox rows of those events of a batch that need not wait; return the ids of those that were new."""
    if not batch:
        return set()
    if connection.dialect.name == "postgresql":
        rows = [inbox_row(consumer, received.envelope, received.sha256, now) for received in batch]
        told = {name: [row[name] for row in rows] for name in _OF_EACH}
        place = {name: [getattr(received.envelope, name) for received in batch] for name in _PLACE}
        values = {"consumer": consumer, "received_at": now, **told, **place}
        return set(connection.execute(_insert_what_need_not_wait(), values).scalars())
    waiting = held_back_among(connection, consumer, [received.envelope for received in batch])
    rows = [
        inbox_row(consumer, received.envelope, received.sha256, now)
        for received in batch
        if received.envelope.id not in waiting
    ]
    return set(connection.execute(_insert_new(connection.dialect.name), rows).scalars()) if rows else set()


def keep_for_later(
    connection: Connection,
    *,
    consumer: str,
    received: Received,
    user_id: str | None,
    state: str,
    attempt: int,
    next_at: datetime,
    now: datetime,
    error: str | None,
) -> None:
    """Write an event to the retry table; one that is there already is left as it is."""
    envelope = received.envelope
    _insert_once(
        connection,
        id=new_id(),
        consumer=consumer,
        source=envelope.source,
        event_id=envelope.id,
        tenant=envelope.tenant,
        type=envelope.type,
        subject=envelope.subject,
        sequence=envelope.sequence,
        body=received.clear_json,
        sealed=received.sealed_json,
        sealed_until=received.sealed_until,
        user_id=user_id,
        attempt=attempt,
        state=state,
        next_at=next_at,
        error=error,
        first_seen=now,
    )


def park_unreadable(
    connection: Connection, *, consumer: str, body: bytes, message_id: str | None, now: datetime, error: str
) -> None:
    """Park bytes that are not an event, so that a person sees them; the same bytes are parked once."""
    _insert_once(
        connection,
        id=new_id(),
        consumer=consumer,
        source="unknown",
        event_id=f"malformed:{hashlib.sha256(body).hexdigest()[:60]}",
        tenant="",
        type="malformed",
        subject=_printable(message_id or "unknown")[:80],
        sequence=0,
        body=body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00"),
        sealed=None,
        sealed_until=None,
        user_id=None,
        attempt=1,
        state=PARKED,
        next_at=now,
        error=error,
        first_seen=now,
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _insert_once(connection: Connection, **values: Any) -> None:
    insert = insert_for(connection)
    connection.execute(
        insert(RETRY).values(**values).on_conflict_do_nothing(index_elements=["consumer", "source", "event_id"])
    )


def was_heard(connection: Connection, consumer: str, envelope: Envelope) -> bool:
    """Tell whether this consumer's inbox holds the event."""
    identity = {"consumer": consumer, "source": envelope.source, "event_id": envelope.id}
    return connection.execute(select(INBOX.c.event_id).filter_by(**identity)).first() is not None


_HELD_BACK = (
    select(RETRY.c.id)
    .where(
        RETRY.c.consumer == bindparam("consumer"),
        RETRY.c.source == bindparam("source"),
        RETRY.c.subject == bindparam("subject"),
        RETRY.c.state == WAITING,
        RETRY.c.sequence < bindparam("sequence"),
    )
    .limit(1)
)
_WAITING_OF = select(RETRY.c.source, RETRY.c.subject, RETRY.c.sequence).where(
    RETRY.c.consumer == bindparam("consumer"),
    RETRY.c.subject.in_(bindparam("subjects", expanding=True)),
    RETRY.c.state == WAITING,
)


def is_held_back(connection: Connection, consumer: str, envelope: Envelope) -> bool:
    """Tell whether an earlier event of the same subject is still on this consumer's ladder."""
    values = {
        "consumer": consumer,
        "source": envelope.source,
        "subject": envelope.subject,
        "sequence": envelope.sequence,
    }
    return connection.execute(_HELD_BACK, values).first() is not None


def held_back_among(connection: Connection, consumer: str, envelopes: Sequence[Envelope]) -> set[str]:
    """Return the ids of the events that `is_held_back` is true of, with one statement for all."""
    subjects = sorted({envelope.subject for envelope in envelopes})
    first: dict[tuple[str, str], int] = {}
    for row in connection.execute(_WAITING_OF, {"consumer": consumer, "subjects": subjects}):
        key = (row.source, row.subject)
        first[key] = min(row.sequence, first.get(key, row.sequence))
    return {
        envelope.id
        for envelope in envelopes
        if (earliest := first.get((envelope.source, envelope.subject))) is not None and earliest < envelope.sequence
    }
