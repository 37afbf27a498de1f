"""End a ceremony that time has ended."""

from __future__ import annotations

from signature.domain.ceremony import FailureCause
from signature.domain.state import State
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory


def lapse_ceremony(*, uow: UnitOfWorkFactory, ceremony_id: str) -> None:
    """Expire it after its life, or fail it when the last of its codes has lapsed; leave it alone otherwise."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id)
        if ceremony.lapse(work.now):
            if ceremony.state is State.EXPIRED:
                announce.expired(work, ceremony)
            else:
                announce.failed(work, ceremony, FailureCause.CODES_SPENT)
        work.commit()
