"""The papers to sign: advice sheet, membership form, mandate, in the product's order."""

from __future__ import annotations

from plumbing.consumer import Context
from plumbing.jobs import Job
from quoting.adapters.papers.subscription_papers import TITLES, SigningFile, paper_content
from quoting.adapters.papers.typeset import typeset
from quoting.domain.subscription import Paper, SignatureState
from quoting.usecases.publish_papers import publish_papers


def store_papers_to_sign(job: Job, context: Context) -> None:
    """Make and store each paper of the envelope, then open the signature, with one of each however often tried."""
    services = context.services
    catalogue = services.offer.catalogue
    subscription = services.queries.subscription(job.tenant, job.payload["subscription_id"])
    if subscription.signature is not SignatureState.PREPARING:
        return
    quote = services.queries.quote(job.tenant, subscription.quote_id)
    broker = services.identity.broker(job.tenant, subscription.broker_id)
    product = catalogue.product(job.tenant, quote.product_code)
    file = SigningFile(
        subscription=subscription,
        quote=quote,
        product=product,
        insurer=catalogue.insurer(job.tenant),
        regime=catalogue.regimes[quote.profile.regime],
        broker=broker,
        attestations=services.queries.attestations(job.tenant, subscription.id),
    )
    papers = []
    for kind in product.envelope:
        stored = services.archive.store(
            typeset(kind, paper_content(kind, file)),
            tenant=job.tenant,
            kind=kind,
            subject=f"subscription:{subscription.id}",
            title=TITLES[kind],
            filename=f"{kind}-{quote.number}-{quote.version}.pdf",
            readers=[f"broker:{subscription.broker_id}", "service:signature", "service:notifications"],
            key=f"{job.id}:{kind}",
        )
        papers.append(
            Paper(
                document_id=stored.document_id,
                kind=kind,
                title=TITLES[kind],
                sha256=stored.sha256,
                size=stored.size,
                pages=stored.pages,
            )
        )
    publish_papers(uow=context.uow, subscription_id=subscription.id, papers=tuple(papers), broker=broker)
