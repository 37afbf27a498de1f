"""The supporting documents of a file: which are asked for, and what became of each (F-127 to F-135, section M)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from quoting.domain.subscription import Beneficiary, Role, SignatureMode

ANY_PIECE = "piece."
OTHER = "piece.other"
SIGNED_APPLICATION = "piece.signed_application"
SIGNED_MANDATE = "piece.signed_mandate"


class PieceStatus(StrEnum):
    """What became of a piece."""

    TO_PROVIDE = "to_provide"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    PieceStatus.TO_PROVIDE: "À fournir",
    PieceStatus.RECEIVED: "Reçue",
    PieceStatus.ACCEPTED: "Acceptée",
    PieceStatus.REFUSED: "Refusée",
}


class PieceOutcome(StrEnum):
    """A manager's verdict."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece asked for or sent. `kind` is the kind of document that answers it."""

    code: str
    label: str
    kind: str
    mandatory: bool
    status: PieceStatus = PieceStatus.TO_PROVIDE
    document_id: str | None = None
    received_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether a document stands for it that nobody refused."""
        return self.status in {PieceStatus.RECEIVED, PieceStatus.ACCEPTED}

    def received(self, document_id: str, at: datetime) -> Piece:
        return replace(
            self,
            status=PieceStatus.RECEIVED,
            document_id=document_id,
            received_at=at,
            decided_at=None,
            decided_by=None,
            reason=None,
        )

    def decided(self, outcome: PieceOutcome, *, reason: str | None, by: str, at: datetime) -> Piece:
        return replace(self, status=PieceStatus(outcome.value), reason=reason, decided_by=by, decided_at=at)


def required_pieces(
    beneficiaries: tuple[Beneficiary, ...], *, self_employed: bool, mode: SignatureMode, own_benefit_account: bool
) -> tuple[Piece, ...]:
    """Return what this situation asks for, in the order in which it is shown."""
    pieces = [
        Piece("identity", "Copie recto verso de votre pièce d’identité en cours de validité", "piece.identity", True),
        Piece("bank_account", "Relevé d’identité bancaire (RIB)", "piece.bank_account", True),
    ]
    for number, person in enumerate(beneficiaries):
        of_whom = "" if person.role is Role.MAIN else f" de {person.first_name}"
        pieces.append(
            Piece(
                f"social_security.{number}",
                f"Copie de l’attestation d’assuré social{of_whom}",
                "piece.social_security",
                True,
            )
        )
    if self_employed:
        label = "Extrait Kbis de moins de 3 mois ou acte d’inscription au répertoire Sirene"
        pieces.append(Piece("company", label, "piece.company", True))
    if own_benefit_account:
        label = "Relevé d’identité bancaire pour le versement des prestations"
        pieces.append(Piece("benefit_bank_account", label, "piece.benefit_bank_account", True))
    if mode is SignatureMode.HANDWRITTEN:
        pieces.append(Piece("signed_application", "Bulletin d’adhésion signé", SIGNED_APPLICATION, True))
        pieces.append(Piece("signed_mandate", "Mandat SEPA signé", SIGNED_MANDATE, True))
    label = "Le cas échéant\u00a0: justificatif de domicile de moins de 3 mois"
    pieces.append(Piece("address", label, "piece.address", False))
    return tuple(pieces)
