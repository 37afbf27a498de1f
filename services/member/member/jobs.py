"""What member does in its own time: after a request, and by the clock."""

from __future__ import annotations

import structlog

from member.usecases.forget import forget
from member.usecases.request_link import SEND_REQUESTED_LINKS
from member.usecases.send_requested_links import send_requested_links
from plumbing.consumer import Context
from plumbing.jobs import Job, Jobs

JOBS = Jobs("member")

log = structlog.get_logger()


@JOBS.handles(SEND_REQUESTED_LINKS)
def send_links(job: Job, context: Context) -> None:
    """Send the links that somebody asked for, if the identifier means anybody."""
    services = context.services
    send_requested_links(
        closed_identifier=job.payload["closed_identifier"],
        tenant=job.payload["tenant"],
        units=services.units,
        directory=services.directory,
        closing=services.closing,
        secrets=services.secrets,
    )


@JOBS.cron("forget", daily_at="03:20")
def forget_what_is_over(_job: Job, context: Context) -> None:
    """Delete counters, links and sessions whose time has passed."""
    services = context.services
    log.info("forgotten", **forget(broom=services.broom, now=services.clock.now()))
