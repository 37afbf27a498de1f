"""Every night: what the retention classes say need not be kept any more."""

from __future__ import annotations

import structlog

from plumbing.consumer import Context
from plumbing.jobs import Job
from signature.adapters.queries import perhaps_to_purge
from signature.jobs import JOBS
from signature.usecases.purge_ceremony import purge_ceremony

log = structlog.get_logger()

_A_NIGHT = 500


@JOBS.cron("purge", daily_at="04:10")
def purge(_job: Job, context: Context) -> None:
    """Purge ceremonies whose time is over, each in a transaction of its own; the rest waits for the next night."""
    services = context.services
    found = perhaps_to_purge(services.engine, services.clock.now(), limit=_A_NIGHT)
    done = sum(purge_ceremony(uow=services.units.for_tenant(tenant), ceremony_id=each) for tenant, each in found)
    log.info("ceremonies.purged", count=done)
