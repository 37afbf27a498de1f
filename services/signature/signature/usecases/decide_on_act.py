"""Approve or refuse what another manager asked for; what is approved is done in the same transaction."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.dual_control import Act, ActImpossible, ActRequest, RequestState
from signature.domain.journal import Happening
from signature.domain.sealing import EVIDENCE_NAME
from signature.domain.state import State
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory, Work
from signature.usecases.purge_ceremony import may_be_purged, purge
from signature.usecases.sign_ceremony import SEAL_ENVELOPE


def decide_on_act(*, uow: UnitOfWorkFactory, request_id: str, approved: bool, by: str) -> ActRequest:
    """Decide; NotFound, RequestOver, SamePerson, or ActImpossible when things have changed since."""
    with uow() as work:
        request = work.act_requests.take(request_id)
        ceremony = work.ceremonies.take(request.ceremony_id)
        request.decide(approved=approved, by=by, now=work.now)
        ceremony.note(Happening.ACT_DECIDED, {**request.facts(), "state": request.state.value}, now=work.now)
        if request.state is RequestState.APPROVED:
            require_possible(work, ceremony, request.act)
            _do(work, ceremony, request)
        work.commit()
    return request


def require_possible(work: Work, ceremony: Ceremony, act: Act) -> None:
    """Raise ActImpossible unless there is an evidence to hand out, something left to seal, or something to purge."""
    if not _is_possible(work, ceremony, act):
        raise ActImpossible(act)


def _is_possible(work: Work, ceremony: Ceremony, act: Act) -> bool:
    match act:
        case Act.EXPORT:
            return ceremony.state is State.SEALED and _evidence_id(work, ceremony) is not None
        case Act.RESEAL:
            return ceremony.state is State.SIGNED
        case Act.PURGE:
            return may_be_purged(work, ceremony)
        case Act.LIFT_HOLD:
            return work.legal_holds.is_held(ceremony.id)


def _do(work: Work, ceremony: Ceremony, request: ActRequest) -> None:
    match request.act:
        case Act.EXPORT:
            evidence_id = _evidence_id(work, ceremony)
            announce.evidence_released(work, ceremony, evidence_id=evidence_id or "", manager_id=request.asked_by)
        case Act.RESEAL:
            # What was sealed and not stored may be what was wrong; what is stored stays, under its own key.
            work.staged_files.forget_unstored(ceremony.id)
            key = f"{SEAL_ENVELOPE}:{ceremony.id}:{request.id}"
            work.schedule(SEAL_ENVELOPE, {"ceremony_id": ceremony.id}, key=key)
        case Act.PURGE:
            purge(work, ceremony)
        case Act.LIFT_HOLD:
            work.legal_holds.lift(ceremony.id)


def _evidence_id(work: Work, ceremony: Ceremony) -> str | None:
    files = work.staged_files.of(ceremony.id)
    return next((file.stored_id for file in files if file.name == EVIDENCE_NAME), None)
