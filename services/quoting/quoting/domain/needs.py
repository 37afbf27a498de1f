"""The five questions about cover that open every quote. They never touch health: only how much cover is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NeedArea(StrEnum):
    """What may be covered more or less."""

    OPTICAL = "optical"
    DENTAL = "dental"
    HEARING = "hearing"
    HOSPITAL = "hospital"
    FEES = "fees"

    @property
    def label(self) -> str:
        return _AREA_LABELS[self]


class NeedLevel(StrEnum):
    """How much cover is wanted, from least to most (F-031; the fourth label is the guide's own, A-05)."""

    MINIMAL = "minimal"
    MEDIUM = "medium"
    REINFORCED = "reinforced"
    EXTRA = "extra"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def label(self) -> str:
        return _LEVEL_LABELS[self]


_AREA_LABELS = {
    NeedArea.OPTICAL: "optique (lunettes, lentilles…)",
    NeedArea.DENTAL: "dentaire (prothèses, soins…)",
    NeedArea.HEARING: "audiologie (prothèses auditives)",
    NeedArea.HOSPITAL: "hospitalisation (confort)",
    NeedArea.FEES: "dépassements d’honoraires",
}
_LEVEL_LABELS = {
    NeedLevel.MINIMAL: "Minimal",
    NeedLevel.MEDIUM: "Médian",
    NeedLevel.REINFORCED: "Renforcé",
    NeedLevel.EXTRA: "Supplément",
}
_RANKS = {level: rank for rank, level in enumerate(NeedLevel)}


@dataclass(frozen=True, slots=True)
class Needs:
    """The answers to the five questions."""

    optical: NeedLevel
    dental: NeedLevel
    hearing: NeedLevel
    hospital: NeedLevel
    fees: NeedLevel

    def level(self, area: NeedArea) -> NeedLevel:
        """Return the level wanted in one area."""
        level: NeedLevel = getattr(self, area.value)
        return level

    def as_codes(self) -> dict[str, str]:
        """Return the answers as stored and as sent: area code to level code."""
        return {area.value: self.level(area).value for area in NeedArea}

    @classmethod
    def from_codes(cls, codes: dict[str, str]) -> Needs:
        """Read what `as_codes` wrote; ValueError or KeyError when a code is unknown or missing."""
        return cls(**{area.value: NeedLevel(codes[area.value]) for area in NeedArea})
