"""Take the signer's code: the one act that signs."""

from __future__ import annotations

from signature.domain.ceremony import Ceremony
from signature.domain.reach import Reach
from signature.domain.state import State
from signature.domain.steps import Circumstances, FailureCause, TryOutcome
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory

SEAL_ENVELOPE = "seal_envelope"


class WrongCode(Exception):
    """Wrong or too late, told in the same way; `tries_left` more may be made."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} left")
        self.tries_left = tries_left


class TriesSpent(Exception):
    """That was the last try: the ceremony has failed."""


def sign_ceremony(
    *,
    uow: UnitOfWorkFactory,
    ceremony_id: str,
    reach: Reach,
    code: str,
    ticked: frozenset[str],
    key: bytes,
    by: Circumstances,
) -> Ceremony:
    """Sign, or raise WrongCode or TriesSpent after the try was committed. The envelope is signed with its last signer.

    The ceremony is locked from the first read to the commit, so of a hundred right codes at once one signs and the
    others find it signed.
    """
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id, reach=reach)
        outcome = ceremony.try_code(code, ticked=ticked, key=key, now=work.now, by=by)
        if ceremony.state is State.SIGNED:
            announce.signed(work, ceremony)
            work.schedule(SEAL_ENVELOPE, {"ceremony_id": ceremony.id}, key=f"{SEAL_ENVELOPE}:{ceremony.id}")
        elif outcome is TryOutcome.FAILED:
            announce.failed(work, ceremony, FailureCause.WRONG_CODES)
        work.commit()
    if outcome is TryOutcome.WRONG:
        raise WrongCode(ceremony.signer.tries_left)
    if outcome is TryOutcome.FAILED:
        raise TriesSpent
    return ceremony
