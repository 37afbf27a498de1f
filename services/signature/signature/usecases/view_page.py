"""Hand one page of a document to its signer."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.reach import Reach
from signature.domain.steps import Circumstances
from signature.usecases.ports import UnitOfWorkFactory


def view_page(
    *, uow: UnitOfWorkFactory, ceremony_id: str, document_id: str, page: int, reach: Reach, by: Circumstances
) -> Ceremony:
    """Note that the page is shown: what was not noted so cannot be accepted."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        ceremony.view_page(document_id, page, now=work.now, by=by)
        work.commit()
    return ceremony
