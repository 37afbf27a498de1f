"""What documents does by the clock."""

from __future__ import annotations

from datetime import timedelta

import structlog

from documents.usecases.sweep_orphans import sweep_orphans
from plumbing.consumer import Context
from plumbing.jobs import Job, Jobs

JOBS = Jobs("documents")

log = structlog.get_logger()


@JOBS.cron("sweep_orphans", every=timedelta(hours=1))
def sweep(_job: Job, context: Context) -> None:
    """Take away what a crash between store and database left behind."""
    services = context.services
    swept = sweep_orphans(store=services.store, catalogue=services.catalogue, now=services.clock.now())
    if swept:
        log.warning("orphans.swept", count=swept)
