"""What can be wrong with a sealed file, and what a stranger is told of one.

« Authentic » is said of a file whose bytes we released, and that stands the inspection of that release; « modified » of
one that carries our seal and is not as we released it; « unknown » of everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from signature.domain.sealing import Level


class Defect(StrEnum):
    """Why a file is not as it was released."""

    UNREADABLE = "unreadable"
    NOT_OURS = "not_ours"
    NO_SEAL = "no_seal"
    SEVERAL_SEALS = "several_seals"
    CHANGED = "changed"
    ADDED = "added"
    OTHER_AUTHORITY = "other_authority"
    NO_TIMESTAMP = "no_timestamp"
    TIMESTAMP_NOT_TRUSTED = "timestamp_not_trusted"
    NO_REVOCATION_PROOF = "no_revocation_proof"
    REVOKED = "revoked"
    NOT_THE_ORIGINAL = "not_the_original"
    NOT_RELEASED = "not_released"


class SealDefect(Exception):
    """The file does not stand the inspection: it is not released, and not authentic."""

    def __init__(self, *defects: Defect, told: str = "") -> None:
        super().__init__(", ".join(defects) + (f" ({told})" if told else ""))
        self.defects = defects


class Verdict(StrEnum):
    AUTHENTIC = "authentic"
    MODIFIED = "modified"
    UNKNOWN = "unknown"


@dataclass(eq=False)
class SealRecord:
    """One file as it was released: what is left of it when everything personal is gone. `kind` is « signed.bia »."""

    sha256: str
    ceremony_id: str
    kind: str
    title: str
    reference: str
    level: Level
    signed_at: datetime
    sealed_at: datetime
    tenant: str = ""


@dataclass(frozen=True)
class Verification:
    """The answer, with the record of an authentic file and the defects of a modified one."""

    verdict: Verdict
    defects: tuple[Defect, ...] = ()
    record: SealRecord | None = None


def verify_print(record: SealRecord | None) -> Verification:
    """Answer for a SHA-256 alone: the bytes of a file that was inspected before its release, or nothing we know."""
    if record is None:
        return Verification(Verdict.UNKNOWN, defects=(Defect.NOT_RELEASED,))
    return Verification(Verdict.AUTHENTIC, record=record)


def verify_file(record: SealRecord | None, *, defects: tuple[Defect, ...], bears_our_seal: bool) -> Verification:
    """Answer for a file: `record` by its SHA-256, `defects` by its inspection, neither of them a yes alone."""
    if record is not None and not defects:
        return Verification(Verdict.AUTHENTIC, record=record)
    if bears_our_seal:
        return Verification(Verdict.MODIFIED, defects=defects or (Defect.NOT_RELEASED,))
    return Verification(Verdict.UNKNOWN, defects=(Defect.NOT_OURS,))
