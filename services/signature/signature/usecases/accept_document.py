"""Accept one document of the envelope."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.reach import Reach
from signature.domain.steps import Circumstances
from signature.usecases.ports import UnitOfWorkFactory


def accept_document(
    *,
    uow: UnitOfWorkFactory,
    ceremony_id: str,
    document_id: str,
    reach: Reach,
    ticked: frozenset[str],
    by: Circumstances,
) -> Ceremony:
    """Note that the signer read the document and ticked its three boxes."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        ceremony.accept(document_id, ticked=ticked, now=work.now, by=by)
        work.commit()
    return ceremony
