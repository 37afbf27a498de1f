"""Ends ceremonies when their time has come: one row for each, due at that instant."""

from __future__ import annotations

from plumbing.consumer import Context
from plumbing.jobs import Job
from signature.jobs import JOBS
from signature.usecases.lapse_ceremony import lapse_ceremony
from signature.usecases.open_ceremony import LAPSE_CEREMONY


@JOBS.handles(LAPSE_CEREMONY)
def lapse(job: Job, context: Context) -> None:
    """Expire or fail one ceremony, if nobody ended it before."""
    lapse_ceremony(uow=context.uow, ceremony_id=job.payload["ceremony_id"])
