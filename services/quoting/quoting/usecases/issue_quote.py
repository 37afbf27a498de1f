"""Issue a quote whose PDF is stored: its thirty days begin, its link goes out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from quoting.domain.agenda import Happening
from quoting.domain.people import Broker
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import IssuedPaper, Quote, QuoteStatus
from quoting.usecases.agenda import note
from quoting.usecases.ports import Uow

SECRET_BYTES = 32


def link_fingerprint(secret: str) -> str:
    """Return what is kept of a link's secret. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_quote(
    *, uow: Uow, quote_id: str, paper: IssuedPaper, broker: Broker, documents: Sequence[ProductPaper]
) -> Quote:
    """Validate the quote and say so; the link's secret leaves in the part of the event that only notifications reads.

    A quote that was declined or replaced while its PDF was being made stays as it is.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with uow() as work:
        quote = work.quotes.get(quote_id)
        documents = work.product_papers.keep(documents)
        work.brokers.put(broker)
        if quote.status is QuoteStatus.PROPOSED:
            quote.issue(
                paper,
                documents=documents,
                link_hash=link_fingerprint(secret),
                today=work.today,
                now=work.now,
            )
            note(work, quote, Happening.QUOTE_ISSUED if quote.version == 1 else Happening.QUOTE_MODIFIED)
            work.publish(
                "quoting.quote.issued.v1",
                subject=quote.id,
                data={
                    "quote_id": quote.id,
                    "subscription_id": quote.subscription_id,
                    "number": quote.number,
                    "version": quote.version,
                    "product_code": quote.product_code,
                    "product_name": quote.product_name,
                    "formula": quote.formula_label,
                    "monthly": quote.monthly,
                    "expires_on": quote.expires_on,
                    "document_id": paper.document_id,
                    "sha256": paper.sha256,
                    "broker_id": quote.broker_id,
                    "documents": [{"document_id": d.document_id, "title": d.title} for d in documents],
                },
                sealed={
                    "notifications": {
                        "civility": quote.client.civility,
                        "first_name": quote.client.first_name,
                        "last_name": quote.client.last_name,
                        "email": quote.client.email,
                        "broker_email": broker.email,
                        "broker_name": broker.company,
                        "broker_phone": broker.phone,
                        "link_secret": secret,
                    }
                },
            )
        work.commit()
    return quote
