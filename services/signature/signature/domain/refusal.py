"""Why somebody does not sign: one of the listed reasons, or his own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ReasonCode(StrEnum):
    WRONG_DETAILS = "wrong_details"
    CHANGED_MIND = "changed_mind"
    OTHER_OFFER = "other_offer"
    ON_PAPER = "on_paper"
    OTHER = "other"


REASON_LABELS: Final = {
    ReasonCode.WRONG_DETAILS: "Une information des documents est inexacte",
    ReasonCode.CHANGED_MIND: "Je ne souhaite plus adhérer",
    ReasonCode.OTHER_OFFER: "J’ai choisi une autre offre",
    ReasonCode.ON_PAPER: "Je préfère signer sur papier",
    ReasonCode.OTHER: "Autre raison",
}


@dataclass(frozen=True)
class Refusal:
    """`code` may be said aloud; `words` are personal and stay in the journal. `document_id` is the document that is
    refused, None when it is the whole envelope; either way nothing of it is signed.
    """

    code: ReasonCode
    words: str
    document_id: str | None = None

    @classmethod
    def from_text(cls, text: str, *, document_id: str | None = None) -> Refusal:
        """Read a reason code, or take anything else as the signer's own words."""
        try:
            code = ReasonCode(text)
        except ValueError:
            return cls(ReasonCode.OTHER, text, document_id)
        return cls(code, REASON_LABELS[code], document_id)
