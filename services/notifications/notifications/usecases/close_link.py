"""Forget the link of a quote that ended: no message may offer it any more."""

from __future__ import annotations

from notifications.usecases.ports import Begin


def close_link(*, uow: Begin, quote_id: str) -> None:
    """Blank the link; a quote that was never issued has none."""
    with uow() as work:
        quote = work.quotes.find(quote_id)
        if quote is not None:
            quote.link_secret = None
        work.commit()
