"""Tell the client that a piece was refused, why, and that he may send another."""

from __future__ import annotations

from notifications.domain.people import Person
from notifications.usecases.inform_broker import inform_broker
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.record_subscription import QuoteUnknown


def report_refused_piece(
    *, uow: Begin, writer: Writer, event_id: str, subscription_id: str, person: Person, label: str, reason: str
) -> None:
    """Queue the client's mail with his link, and his adviser's without it; `QuoteUnknown` when a retry may mend it."""
    with uow() as work:
        quote = work.quotes.of_subscription(subscription_id)
        if quote is None:
            raise QuoteUnknown(f"of subscription {subscription_id}")
        letter = Letter(
            kind="piece.refused",
            event_id=event_id,
            to=person,
            adviser=quote.adviser,
            facts={
                "product_name": quote.product_name,
                "label": label,
                "reason": reason,
                "link_secret": quote.link_secret,
            },
            secrets=[quote.link_secret] if quote.link_secret else [],
        )
        queue_mail(work, writer, letter)
        inform_broker(work, writer, letter, broker_email=quote.broker_email)
        work.commit()
