"""Let quotes lapse whose last valid day is over."""

from __future__ import annotations

from quoting.domain.agenda import Happening
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow
from quoting.usecases.tell_quote_end import tell_expired

BATCH = 200


def expire_quotes(*, uow: Uow) -> int:
    """Expire one batch of one tenant's quotes; return how many, so that the caller goes on until none is left."""
    with uow() as work:
        overdue = work.quotes.overdue(work.today, BATCH)
        for quote in overdue:
            quote.expire(work.today)
            note(work, quote, Happening.QUOTE_EXPIRED)
            tell_expired(work, quote)
        work.commit()
    return len(overdue)
