"""Accept one document of the envelope."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony, Circumstances
from signature.usecases.ports import UnitOfWorkFactory


def accept_document(
    *,
    uow: UnitOfWorkFactory,
    ceremony_id: str,
    document_id: str,
    subjects: frozenset[str],
    ticked: frozenset[str],
    by: Circumstances,
) -> Ceremony:
    """Note that the signer read the document and ticked its three boxes."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, subjects=subjects)
        ceremony.accept(document_id, ticked=ticked, now=work.now, by=by)
        work.commit()
    return ceremony
