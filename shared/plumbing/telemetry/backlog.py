"""What waits in a service's own tables, as figures: an operator looks for an outbox that grows and for parked work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select, Table, func, select

from plumbing.clock import Clock
from plumbing.database import JOB, OUTBOX, RETRY
from plumbing.telemetry.metrics import gauge


def add_backlog_gauges(service: str, engine: Engine, clock: Clock) -> None:
    """Register the figures of one service; they are read at each scrape, and left out while the database is away."""

    def read(statement: Select[Any]) -> list[Any]:
        with engine.connect().execution_options(read_only=True) as connection:
            return list(connection.execute(statement))

    def waiting() -> float:
        return float(read(select(func.count()).select_from(OUTBOX))[0][0])

    def oldest() -> float:
        ((since,),) = read(select(func.min(OUTBOX.c.created_at)))
        return max(0.0, (clock.now() - since).total_seconds()) if since is not None else 0.0

    def by_state(table: Table) -> dict[tuple[str, ...], float]:
        found = {
            state: float(count) for state, count in read(select(table.c.state, func.count()).group_by(table.c.state))
        }
        return {(state,): found.get(state, 0.0) for state in {"waiting", "parked", *found}}

    gauge("outbox_waiting_events", "Events that are not on the bus yet.", waiting, service=service)
    gauge("outbox_oldest_event_seconds", "Age of the oldest of them.", oldest, service=service)
    gauge(
        "heard_events",
        "Events heard that wait for another try, or are parked for a person.",
        lambda: by_state(RETRY),
        service=service,
        labels=("state",),
    )
    gauge("jobs", "Jobs that wait or are parked.", lambda: by_state(JOB), service=service, labels=("state",))
