"""Say that a version of a quote came to its end, in the transaction that ends it."""

from __future__ import annotations

from typing import Any

from quoting.domain.quote import Quote
from quoting.usecases.ports import Work


def tell_replaced(work: Work, quote: Quote, *, by: Quote) -> None:
    """The next version took its place."""
    work.publish("quoting.quote.replaced.v1", subject=quote.id, data={**_ended(quote), "replaced_by": by.id})


def tell_expired(work: Work, quote: Quote) -> None:
    """Its last day went by without a subscription."""
    work.publish("quoting.quote.expired.v1", subject=quote.id, data=_ended(quote))


def tell_declined(work: Work, quote: Quote) -> None:
    """The client said no."""
    work.publish("quoting.quote.declined.v1", subject=quote.id, data=_ended(quote))


def _ended(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.id,
        "subscription_id": quote.subscription_id,
        "number": quote.number,
        "version": quote.version,
        "broker_id": quote.broker_id,
    }
