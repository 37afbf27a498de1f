"""Say of a ceremony what time has done to it."""

from __future__ import annotations

from signature.domain.state import State
from signature.domain.steps import FailureCause
from signature.usecases import announce
from signature.usecases.open_ceremony import LAPSE_CEREMONY
from signature.usecases.ports import UnitOfWorkFactory


def lapse_ceremony(*, uow: UnitOfWorkFactory, ceremony_id: str) -> None:
    """Expire it after its life, or block it or fail it with the last code of a round; leave it alone otherwise."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id)
        if ceremony.lapse(work.now):
            if ceremony.state is State.EXPIRED:
                announce.expired(work, ceremony)
            elif ceremony.state is State.FAILED:
                announce.failed(work, ceremony, FailureCause.CODES_SPENT)
            else:
                announce.blocked(work, ceremony)
                work.schedule(LAPSE_CEREMONY, {"ceremony_id": ceremony.id}, due_at=ceremony.expires_at)
        work.commit()
