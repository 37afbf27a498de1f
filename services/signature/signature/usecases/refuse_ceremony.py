"""Refuse to sign."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony, Circumstances
from signature.domain.refusal import Refusal
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory


def refuse_ceremony(
    *, uow: UnitOfWorkFactory, ceremony_id: str, subjects: frozenset[str], refusal: Refusal, by: Circumstances
) -> Ceremony:
    """End the ceremony by the signer's own decision and tell whoever waits for it."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, subjects=subjects)
        ceremony.refuse(refusal, now=work.now, by=by)
        announce.refused(work, ceremony, refusal)
        work.commit()
    return ceremony
