"""The quote's PDF, then its issue."""

from __future__ import annotations

from plumbing.consumer import Context
from plumbing.jobs import Job
from quoting.adapters.papers.quote_paper import quote_paper
from quoting.adapters.papers.typeset import typeset
from quoting.domain.quote import IssuedPaper, QuoteStatus
from quoting.jobs.product_papers import ensure_papers
from quoting.usecases.issue_quote import issue_quote


def issue_rendered_quote(job: Job, context: Context) -> None:
    """Store the PDF and the product's documents, then issue the quote: with one of each, however often it is tried."""
    services = context.services
    catalogue = services.offer.catalogue
    quote = services.queries.quote(job.tenant, job.payload["quote_id"])
    if quote.status is not QuoteStatus.PROPOSED:
        return
    broker = services.identity.broker(job.tenant, quote.broker_id)
    product = catalogue.product(job.tenant, quote.product_code)
    pdf = typeset(
        "quote",
        quote_paper(
            quote,
            product=product,
            insurer=catalogue.insurer(job.tenant),
            regime=catalogue.regimes[quote.profile.regime],
            broker=broker,
        ),
    )
    stored = services.archive.store(
        pdf,
        tenant=job.tenant,
        kind="quote.pdf",
        subject=f"quote:{quote.id}",
        title=f"Devis {quote.label}",
        filename=f"DEVIS-{quote.number}-{quote.version}.pdf",
        readers=[f"broker:{quote.broker_id}", f"subscription:{quote.subscription_id}", "service:notifications"],
        key=job.id,
    )
    documents = ensure_papers(services, job.tenant, product, (product.formula(quote.formula),))
    issue_quote(
        uow=context.uow,
        quote_id=quote.id,
        paper=IssuedPaper(stored.document_id, stored.sha256),
        broker=broker,
        documents=documents,
    )
