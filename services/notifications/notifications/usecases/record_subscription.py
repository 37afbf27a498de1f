"""Keep which quote a subscription came from, so that its mails know product, adviser and link."""

from __future__ import annotations

from notifications.usecases.ports import Begin


class QuoteUnknown(Exception):
    """The quote was not heard of yet."""

    def __init__(self, quote_id: str) -> None:
        super().__init__(f"no quote {quote_id}")


def record_subscription(*, uow: Begin, subscription_id: str, quote_id: str) -> None:
    """Tie the subscription to its quote; `QuoteUnknown`, which a retry may mend, when the quote is not here yet."""
    with uow() as work:
        quote = work.quotes.find(quote_id)
        if quote is None:
            raise QuoteUnknown(quote_id)
        quote.subscription_id, quote.submitted = subscription_id, True
        work.commit()
