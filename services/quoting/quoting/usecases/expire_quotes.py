"""Let quotes lapse whose last valid day is over."""

from __future__ import annotations

from quoting.usecases.ports import Uow

BATCH = 200


def expire_quotes(*, uow: Uow) -> int:
    """Expire one batch of one tenant's quotes; return how many, so that the caller goes on until none is left."""
    with uow() as work:
        overdue = work.quotes.overdue(work.today, BATCH)
        for quote in overdue:
            quote.expire(work.today)
        work.commit()
    return len(overdue)
