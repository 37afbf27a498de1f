"""Help a signer whom the SMS does not reach: the adviser's act."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.reach import Reach
from signature.domain.relief import Relief
from signature.domain.state import State
from signature.domain.steps import Circumstances, FailureCause
from signature.usecases import announce
from signature.usecases.open_ceremony import LAPSE_CEREMONY
from signature.usecases.ports import UnitOfWorkFactory


def relieve_ceremony(
    *, uow: UnitOfWorkFactory, ceremony_id: str, reach: Reach, relief: Relief, by: Circumstances
) -> Ceremony:
    """Do it, and have the signer told by mail: another number is never changed behind his back."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        ceremony.relieve(relief, now=work.now, by=by)
        if ceremony.state is State.FAILED:
            announce.failed(work, ceremony, FailureCause.ON_PAPER)
        else:
            announce.relieved(work, ceremony, relief.kind)
            work.schedule(LAPSE_CEREMONY, {"ceremony_id": ceremony.id}, due_at=ceremony.expires_at)
        work.commit()
    return ceremony
