"""What the plumbing tidies up in every service's own tables, by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete

from plumbing.consumer import Context
from plumbing.database import IDEMPOTENCY_KEY, RATE_LIMIT
from plumbing.jobs import Job, Jobs
from plumbing.parked import blank_expired_sealed

KEPT = timedelta(days=2)
"""Longer than anybody repeats a request, and than the longest window that calls are counted in."""


def with_housekeeping(jobs: Jobs) -> Jobs:
    """Add the plumbing's own clock-driven jobs to a service's."""
    if "plumbing.blank_expired" in jobs.kinds:
        return jobs

    @jobs.cron("plumbing.blank_expired", every=timedelta(minutes=1))
    def _blank(_job: Job, context: Context) -> None:
        blank_expired_sealed(context.services.engine, context.services.clock.now())

    @jobs.cron("plumbing.forget_repeats", daily_at="03:40")
    def _forget(_job: Job, context: Context) -> None:
        forget_repeats(context.services.engine, context.services.clock.now() - KEPT)

    return jobs


def forget_repeats(engine: Engine, before: datetime) -> None:
    """Forget idempotency keys and rate counters that protect nothing any more."""
    with engine.begin() as connection:
        connection.execute(delete(IDEMPOTENCY_KEY).where(IDEMPOTENCY_KEY.c.created_at < before))
        connection.execute(delete(RATE_LIMIT).where(RATE_LIMIT.c.window_start < before))
