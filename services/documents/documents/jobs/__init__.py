"""What documents does by the clock, and what it deletes for good."""

from __future__ import annotations

from datetime import timedelta

import structlog

from documents.domain.document import object_key
from documents.usecases.purge_ceremony import DELETE_BYTES
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


@JOBS.handles(DELETE_BYTES)
def delete_bytes(job: Job, context: Context) -> None:
    """Delete the file of a purged record; nothing happens when it is gone already."""
    context.services.store.delete(object_key(job.payload["document_id"]))
