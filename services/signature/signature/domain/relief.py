"""What the adviser does for a signer whom the SMS does not reach: another round, another number, or paper.

NIST SP 800-63B-4 wants an alternative beside the SMS, and treats another number as another authenticator: it takes a
reason, it is told to the signer by mail, and it gives no wrong try back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

RELIEFS: Final = 2
"""Rounds an adviser may add for one signer: three rounds of four SMS are what one telephone gets a day."""

WAIT: Final = timedelta(hours=72)
"""How long a blocked ceremony waits for the adviser."""


class ReliefKind(StrEnum):
    AGAIN = "again"
    OTHER_MOBILE = "other_mobile"
    ON_PAPER = "on_paper"


class NoReliefLeft(Exception):
    """The adviser has done what can be done: paper, or a new version of the quote."""


class NotBlocked(Exception):
    """The signer can go on by himself: there is nothing to start anew."""


@dataclass(frozen=True)
class Relief:
    """`reason` is the adviser's own words; `mobile` is E.164, for OTHER_MOBILE alone."""

    kind: ReliefKind
    reason: str
    mobile: str | None = None
