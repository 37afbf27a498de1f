"""Remember the product documents that were stored at documents."""

from __future__ import annotations

from collections.abc import Sequence

from quoting.domain.product_papers import ProductPaper
from quoting.usecases.ports import Uow


def store_product_papers(*, uow: Uow, papers: Sequence[ProductPaper]) -> None:
    """Record those that are not known yet."""
    with uow() as work:
        work.product_papers.keep(papers)
        work.commit()
