"""Product documents: made when they are first needed, stored once, found again by what they say."""

from __future__ import annotations

from typing import Any

from plumbing.clock import paris_date
from plumbing.consumer import Context
from plumbing.jobs import Job
from quoting.adapters.papers.product_papers import Draft, drafts
from quoting.adapters.papers.typeset import typeset
from quoting.domain.catalogue import Formula, Product
from quoting.domain.product_papers import PAPER_PATH, ProductPaper
from quoting.usecases.store_product_papers import store_product_papers


def store_papers_of_product(job: Job, context: Context) -> None:
    """Make whatever is missing of one product."""
    product = context.services.offer.catalogue.product(job.tenant, job.payload["product"])
    papers = ensure_papers(context.services, job.tenant, product, product.formulas, with_paper_path=True)
    store_product_papers(uow=context.uow, papers=papers)


def ensure_papers(
    services: Any, tenant: str, product: Product, formulas: tuple[Formula, ...], *, with_paper_path: bool = False
) -> tuple[ProductPaper, ...]:
    """Return the documents of a product and of these formulas, storing at documents those that are not there yet.

    What a broker prints for a client without e-mail is left out unless it is asked for.

    Calls outside, so no transaction may be open; the caller commits what comes back.
    """
    insurer = services.offer.catalogue.insurer(tenant)
    known = services.queries.product_papers(tenant, product.code)
    papers = []
    for draft in drafts(product, insurer, formulas, paris_date(services.clock.now())):
        if draft.kind in PAPER_PATH and not with_paper_path:
            continue
        paper = known.get((draft.formula, draft.kind, draft.content_version))
        papers.append(paper or _stored(services, tenant, product, draft))
    return tuple(papers)


def _stored(services: Any, tenant: str, product: Product, draft: Draft) -> ProductPaper:
    formula = f"-{draft.formula}" if draft.formula else ""
    stored = services.archive.store(
        typeset(draft.kind, draft.data),
        tenant=tenant,
        kind=draft.kind,
        subject=f"product:{product.code}",
        title=draft.title,
        filename=f"{draft.kind}-{product.code}{formula}.pdf",
        readers=[],
        # Two jobs that need the same document at once are handed the same one, unless midnight is between them: then
        # the first that is recorded is the one that both use.
        key=f"paper:{product.code}{formula}:{draft.kind}",
    )
    return ProductPaper(
        product=product.code,
        formula=draft.formula,
        kind=draft.kind,
        content_version=draft.content_version,
        document_id=stored.document_id,
        title=draft.title,
        sha256=stored.sha256,
    )
