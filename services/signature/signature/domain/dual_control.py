"""What no manager does alone: handing out the evidence, sealing by hand, purging. One asks, another decides.

              another approves
asked ─────────────────────────> approved (and done)
  └── another refuses, or 7 days ──> refused, lapsed
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from signature.domain.canonical import Facts

LIFE: Final = timedelta(days=7)


class Act(StrEnum):
    EXPORT = "export"
    RESEAL = "reseal"
    PURGE = "purge"
    LIFT_HOLD = "lift_hold"


class RequestState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


class SamePerson(Exception):
    """Who asked cannot decide."""


class RequestOver(Exception):
    """It was decided, or nobody decided in time; `state` says which."""

    def __init__(self, state: RequestState) -> None:
        super().__init__(f"the request is {state}")
        self.state = state


class ActImpossible(Exception):
    """The ceremony is not where this act has a meaning; `act` says which."""

    def __init__(self, act: Act) -> None:
        super().__init__(f"{act} has no object")
        self.act = act


@dataclass(eq=False)
class ActRequest:
    """A manager's wish, until another manager decides. `reason` is in his words, closed wherever it rests."""

    id: str
    ceremony_id: str
    reference: str
    act: Act
    reason: str
    asked_by: str
    asked_at: datetime
    state: RequestState = RequestState.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None
    tenant: str = ""

    def standing(self, now: datetime) -> RequestState:
        """Return the state as of `now`."""
        lapsed = self.state is RequestState.ASKED and now >= self.asked_at + LIFE
        return RequestState.LAPSED if lapsed else self.state

    def decide(self, *, approved: bool, by: str, now: datetime) -> None:
        """Approve or refuse; RequestOver or SamePerson."""
        if (standing := self.standing(now)) is not RequestState.ASKED:
            raise RequestOver(standing)
        if by == self.asked_by:
            raise SamePerson
        self.state = RequestState.APPROVED if approved else RequestState.REFUSED
        self.decided_by, self.decided_at = by, now

    def facts(self) -> Facts:
        """Return what the ceremony's journal keeps of it."""
        return {"request": self.id, "act": self.act.value, "asked_by": self.asked_by, "decided_by": self.decided_by}
