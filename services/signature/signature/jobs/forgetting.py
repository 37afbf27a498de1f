"""Every night: counters that protect nothing any more."""

from __future__ import annotations

from datetime import timedelta

import structlog

from plumbing.consumer import Context
from plumbing.jobs import Job
from signature.adapters.broom import forget_allowances
from signature.jobs import JOBS

log = structlog.get_logger()

KEPT = timedelta(days=2)
"""Longer than the longest window that codes are counted in."""


@JOBS.cron("forget", daily_at="03:40")
def forget(_job: Job, context: Context) -> None:
    """Delete counters of codes that are two days old."""
    services = context.services
    log.info("allowances.forgotten", count=forget_allowances(services.engine, services.clock.now() - KEPT))
