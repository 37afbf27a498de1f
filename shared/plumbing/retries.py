"""The ladder's table: events of one consumer that wait to be tried again, in the order of their subject."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, select, update

from plumbing.database import RETRY
from plumbing.envelope import Received, instant_text, parse
from plumbing.inbox import PARKED, WAITING
from plumbing.ladder import is_spent, next_try

_LEASE = timedelta(seconds=20)
KILLED = "the process that handled it ended, each time"


def lease_one(engine: Engine, consumer: str, now: datetime) -> Row[Any] | None:
    """Lease the event that is due longest, or return None. An event waits while an earlier one of its subject does.

    The attempt is counted and the next one fixed before the handler runs: an event that kills its process climbs the
    ladder too, and is parked at its end.
    """
    with engine.connect().execution_options(read_only=True) as connection:
        if connection.execute(_DUE, {"consumer": consumer, "now": now}).first() is None:
            return None
    with engine.begin() as connection:
        chosen = connection.execute(_DUE_LOCKED, {"consumer": consumer, "now": now}).first()
        if chosen is None:
            return None
        if is_spent(chosen.attempt):
            parked = {"state": PARKED, "lease_until": None, "error": KILLED}
            connection.execute(update(RETRY).where(RETRY.c.id == chosen.id).values(**parked))
            return None
        attempt = chosen.attempt + 1
        values = {"attempt": attempt, "lease_until": now + _LEASE, "next_at": next_try(attempt, now) or now + _LEASE}
        statement = update(RETRY).where(RETRY.c.id == chosen.id).values(**values).returning(RETRY)
        return connection.execute(statement).one()


def _earlier_waits() -> Any:
    earlier = RETRY.alias("earlier")
    return (
        select(earlier.c.id)
        .where(
            earlier.c.consumer == RETRY.c.consumer,
            earlier.c.source == RETRY.c.source,
            earlier.c.subject == RETRY.c.subject,
            earlier.c.state == WAITING,
            earlier.c.sequence < RETRY.c.sequence,
        )
        .exists()
    )


def _select_due() -> Select[Any]:
    now = bindparam("now", type_=RETRY.c.next_at.type)
    free = RETRY.c.lease_until.is_(None) | (RETRY.c.lease_until < now)
    return (
        select(RETRY.c.id, RETRY.c.attempt)
        .where(RETRY.c.consumer == bindparam("consumer"), RETRY.c.state == WAITING, RETRY.c.next_at <= now, free)
        .where(~_earlier_waits())
        .order_by(RETRY.c.next_at)
        .limit(1)
    )


_DUE = _select_due()
_DUE_LOCKED = _DUE.with_for_update(skip_locked=True)


def take_out(connection: Connection, leased: Row[Any]) -> Row[Any] | None:
    """Remove a leased row and return it as it is now (its sealed part may be gone), or None when the lease was lost.

    Gone before the handler runs and committed with it, so the row and the effects cannot disagree.
    """
    mine = (RETRY.c.id == leased.id, RETRY.c.lease_until == leased.lease_until)
    return connection.execute(delete(RETRY).where(*mine).returning(RETRY)).one_or_none()


def put_back(connection: Connection, row: Row[Any], *, error: str, permanent: bool, now: datetime) -> None:
    """Write a row that failed again to its next rung, or park it."""
    at = None if permanent else next_try(row.attempt, now)
    changed = {
        "state": PARKED if at is None else WAITING,
        "next_at": at or now,
        "lease_until": None,
        "error": error,
    }
    connection.execute(RETRY.insert().values(**dict(row._mapping) | changed))


def received_again(row: Row[Any]) -> Received:
    """Return a kept event as it was received; Malformed when it never was one."""
    document = orjson.loads(row.body) if row.body.startswith("{") else None
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        return parse(row.body.encode())
    if row.sealed is not None:
        document["data"]["sealed"] = orjson.loads(row.sealed)
    if row.sealed_until is not None:
        document["sealeduntil"] = instant_text(row.sealed_until)
    return parse(orjson.dumps(document))
