"""Keep a ceremony from being purged while a dispute is on. One manager is enough to keep; lifting it takes two."""

from __future__ import annotations

from signature.domain.journal import Happening
from signature.domain.retention import LegalHold
from signature.usecases.ports import UnitOfWorkFactory


def hold_ceremony(*, uow: UnitOfWorkFactory, reference: str, reason: str, by: str) -> LegalHold:
    """Hold it; a second time changes nothing. NotFound for an unknown reference."""
    with uow() as work:
        ceremony = work.ceremonies.take_by_reference(reference)
        hold = work.legal_holds.of(ceremony.id)
        if hold is None:
            hold = LegalHold(ceremony_id=ceremony.id, reason=reason, held_by=by, held_at=work.now)
            work.legal_holds.add(hold)
            ceremony.note(Happening.HELD, {"by": by}, now=work.now)
        work.commit()
    return hold
