"""Send an issued quote to the client, and tell its adviser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from notifications.domain.message import Attachment
from notifications.domain.people import QuoteFile
from notifications.usecases.inform_broker import inform_broker
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from plumbing.clock import PARIS


@dataclass(frozen=True)
class IssuedQuote:
    """The quote as it is kept, and what only its mail needs."""

    file: QuoteFile
    monthly: Decimal
    document_id: str


def announce_quote(*, uow: Begin, writer: Writer, event_id: str, issued: IssuedQuote) -> None:
    """Keep who is who on this quote and queue its mail with the subscription link, and the adviser's without."""
    file = issued.file
    with uow() as work:
        if work.quotes.find(file.quote_id) is None:
            work.quotes.add(file)
        letter = Letter(
            kind="quote.issued",
            event_id=event_id,
            to=file.client,
            adviser=file.adviser,
            facts={
                "product_name": file.product_name,
                "formula": file.formula,
                "number": file.number,
                "monthly": issued.monthly,
                "expires_on": file.expires_on,
                "documents": [paper.filename for paper in file.papers],
                "link_secret": file.link_secret,
            },
            secrets=[file.link_secret] if file.link_secret else [],
            attachments=[Attachment(issued.document_id, "DEVIS.pdf"), *file.papers],
            expires_at=end_of(file.expires_on),
        )
        queue_mail(work, writer, letter)
        inform_broker(work, writer, letter, broker_email=file.broker_email)
        work.commit()


def end_of(day: date) -> datetime:
    """Return the end of a day in Paris: a quote is valid through 23:59:59 of its last day."""
    return datetime.combine(day + timedelta(days=1), time(), PARIS)
