"""Where a ceremony stands, and the only moves there are.

              code sent              right code, both boxes           files stored
open ──────────────────> code_sent ─────────────────────────> signed ──────────────> sealed
 │                       │  │  ↺ resend
 │                       │  └─ fifth wrong try, or the last code lapsed ──> failed
 ├── refusal ────────────┴──────────────────────────────────────────────> refused
 └── 24 hours ───────────┴──────────────────────────────────────────────> expired
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    OPEN = "open"
    CODE_SENT = "code_sent"
    SIGNED = "signed"
    SEALED = "sealed"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


ALLOWED: Final = frozenset(
    {
        (State.OPEN, State.CODE_SENT),
        (State.OPEN, State.REFUSED),
        (State.OPEN, State.EXPIRED),
        (State.CODE_SENT, State.CODE_SENT),
        (State.CODE_SENT, State.SIGNED),
        (State.CODE_SENT, State.REFUSED),
        (State.CODE_SENT, State.FAILED),
        (State.CODE_SENT, State.EXPIRED),
        (State.SIGNED, State.SEALED),
    }
)

RUNNING: Final = frozenset({State.OPEN, State.CODE_SENT})
"""The signer can still act."""

GIVEN: Final = frozenset({State.SIGNED, State.SEALED})
"""The signature is given: from the right code on, whatever the sealing takes."""

VOID: Final = frozenset({State.REFUSED, State.FAILED, State.EXPIRED})
"""Ended without a signature: a new version of the quote is needed (F-114)."""


class CeremonyOver(Exception):
    """The signer can no longer act; `state` says how it ended."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the ceremony is {state}")
        self.state = state


class IllegalMove(Exception):
    """No arrow leads from `source` to `target`."""

    def __init__(self, source: State, target: State) -> None:
        super().__init__(f"{source} -> {target}")
        self.source = source
        self.target = target


def move(source: State, target: State) -> State:
    """Return `target`, or raise IllegalMove when no arrow leads there."""
    if (source, target) not in ALLOWED:
        raise IllegalMove(source, target)
    return target


def signature_label(state: State) -> str:
    """Return the contract's field « Signature électronique » (F-116): it stays « En cours » until the code is right."""
    return "Signé" if state in GIVEN else "En cours"
