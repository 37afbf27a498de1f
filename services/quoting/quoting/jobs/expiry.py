"""Quotes that lapse, tenant by tenant, batch by batch."""

from __future__ import annotations

import structlog

from plumbing.consumer import Context
from quoting.usecases.expire_quotes import BATCH, expire_quotes

log = structlog.get_logger()


def expire_overdue_quotes(context: Context) -> None:
    """Expire until a batch comes back short. A tenant's batch commits on its own: a crash loses none."""
    services = context.services
    for tenant in services.offer.catalogue.insurers:
        expired = BATCH
        while expired == BATCH:
            expired = expire_quotes(uow=services.units.for_tenant(tenant))
            if expired:
                log.info("quotes.expired", tenant=tenant, count=expired)
