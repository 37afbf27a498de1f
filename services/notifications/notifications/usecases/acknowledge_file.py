"""Tell the client that his file is on its way: « Dossier transmis »."""

from __future__ import annotations

from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.record_subscription import QuoteUnknown


def acknowledge_file(*, uow: Begin, writer: Writer, event_id: str, subscription_id: str) -> None:
    """Queue the mail, the adviser in copy; `QuoteUnknown`, which a retry may mend, when nobody is known to write to."""
    with uow() as work:
        quote = work.quotes.of_subscription(subscription_id)
        if quote is None:
            raise QuoteUnknown(f"of subscription {subscription_id}")
        letter = Letter(
            kind="file.transmitted",
            event_id=event_id,
            to=quote.client,
            adviser=quote.adviser,
            copies=[quote.broker_email],
            facts={"product_name": quote.product_name},
        )
        queue_mail(work, writer, letter)
        work.commit()
