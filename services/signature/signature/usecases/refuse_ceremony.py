"""Refuse to sign."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.reach import Reach
from signature.domain.refusal import Refusal
from signature.domain.steps import Circumstances
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory


def refuse_ceremony(
    *, uow: UnitOfWorkFactory, ceremony_id: str, reach: Reach, refusal: Refusal, by: Circumstances
) -> Ceremony:
    """End the ceremony by the signer's own decision and tell whoever waits for it."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        ceremony.refuse(refusal, now=work.now, by=by)
        announce.refused(work, ceremony, refusal)
        work.commit()
    return ceremony
