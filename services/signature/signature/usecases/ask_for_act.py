"""Ask for what needs a second manager."""

from __future__ import annotations

from plumbing.ids import new_id
from signature.domain.dual_control import Act, ActRequest
from signature.domain.journal import Happening
from signature.usecases.decide_on_act import require_possible
from signature.usecases.ports import UnitOfWorkFactory


def ask_for_act(*, uow: UnitOfWorkFactory, reference: str, act: Act, reason: str, by: str) -> ActRequest:
    """Note the wish in the ceremony's journal; NotFound for an unknown reference, ActImpossible as things stand."""
    with uow() as work:
        ceremony = work.ceremonies.take_by_reference(reference)
        require_possible(work, ceremony, act)
        request = ActRequest(
            id=new_id(),
            ceremony_id=ceremony.id,
            reference=ceremony.reference,
            act=act,
            reason=reason,
            asked_by=by,
            asked_at=work.now,
        )
        work.act_requests.add(request)
        ceremony.note(Happening.ACT_ASKED, request.facts(), now=work.now)
        work.commit()
    return request
