"""Where a ceremony stands, and the only moves there are; docs/signature-states.md tells them at length.

              code sent               right code of the last signer        files stored
open ──────────────────> code_sent ──────────────────────────────> signed ──────────────> sealed
 ↑ ↑                     │  │  │  ↺ resend
 │ └ right code, others ─┘  │  ├─ fifth wrong try ───────────────────────────────────────> failed
 │   sign after             │  ├─ the last code of the last round lapsed ───────────────> failed
 │                          │  └─ the last code lapsed ──> blocked ── on paper ──────────> failed
 └──────────── adviser: another round, or another number ──────┘
open, code_sent, blocked ── refusal of any signer ──────────────────────────────────────> refused
open, code_sent, blocked ── end of life ────────────────────────────────────────────────> expired
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    OPEN = "open"
    CODE_SENT = "code_sent"
    BLOCKED = "blocked"
    SIGNED = "signed"
    SEALED = "sealed"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


ALLOWED: Final = frozenset(
    {
        (State.OPEN, State.CODE_SENT),
        (State.OPEN, State.REFUSED),
        (State.OPEN, State.FAILED),
        (State.OPEN, State.EXPIRED),
        (State.CODE_SENT, State.CODE_SENT),
        (State.CODE_SENT, State.OPEN),
        (State.CODE_SENT, State.BLOCKED),
        (State.CODE_SENT, State.SIGNED),
        (State.CODE_SENT, State.REFUSED),
        (State.CODE_SENT, State.FAILED),
        (State.CODE_SENT, State.EXPIRED),
        (State.BLOCKED, State.OPEN),
        (State.BLOCKED, State.REFUSED),
        (State.BLOCKED, State.FAILED),
        (State.BLOCKED, State.EXPIRED),
        (State.SIGNED, State.SEALED),
    }
)

RUNNING: Final = frozenset({State.OPEN, State.CODE_SENT, State.BLOCKED})
"""Not over: a signer can still act, if only to refuse."""

GIVEN: Final = frozenset({State.SIGNED, State.SEALED})
"""The signature is given: from the right code on, whatever the sealing takes."""

VOID: Final = frozenset({State.REFUSED, State.FAILED, State.EXPIRED})
"""Ended without a signature: a new version of the quote is needed (F-114)."""


class CeremonyOver(Exception):
    """The signer can no longer act; `state` says how it ended."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the ceremony is {state}")
        self.state = state


class Blocked(Exception):
    """No code can be sent or given before the adviser has done something about it."""


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
