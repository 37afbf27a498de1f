"""Forget the links of quotes that nobody can accept any more.

A client who accepted comes back by his link until the membership is created, even past the quote's last day.
"""

from __future__ import annotations

from notifications.usecases.ports import Begin


def forget_links(*, uow: Begin) -> int:
    """Blank the links of quotes that lapsed, and return how many."""
    with uow() as work:
        over = work.quotes.with_lapsed_link(work.today)
        for quote in over:
            quote.link_secret = None
        work.commit()
    return len(over)
