"""The supporting documents of a file: which are asked for, and what became of each (F-127 to F-135, section M)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from quoting.domain.subscription import Beneficiary, Role, SignatureMode, Tie

ANY_PIECE = "piece."
OTHER = "piece.other"
SIGNED_APPLICATION = "piece.signed_application"
SIGNED_MANDATE = "piece.signed_mandate"
SIGNED_BY_HAND = (SIGNED_APPLICATION, SIGNED_MANDATE)
ADDRESS = "address"
ADULT = 18


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
class PastVerdict:
    """A verdict that another one took the place of; `overturned_because` when its manager said why."""

    outcome: PieceOutcome
    reason: str | None
    signed_on: date | None
    decided_by: str
    decided_at: datetime
    overturned_because: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece asked for or sent. `kind` is the kind of document that answers it.

    `announced` is the document that its sender says is this one. `paper_received_on`: it came by post, so there is no
    document. `signed_on`: the date written on a paper signed by hand, as the manager read it. `history`: the verdicts
    that were corrected, the earliest first.
    """

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
    requested_at: datetime | None = None
    announced: str | None = None
    paper_received_on: date | None = None
    signed_on: date | None = None
    history: tuple[PastVerdict, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether a document stands for it that nobody refused."""
        return self.status in {PieceStatus.RECEIVED, PieceStatus.ACCEPTED}

    def received(self, document_id: str | None, at: datetime, *, paper_received_on: date | None = None) -> Piece:
        return replace(
            self,
            status=PieceStatus.RECEIVED,
            document_id=document_id,
            received_at=at,
            decided_at=None,
            decided_by=None,
            reason=None,
            announced=None,
            paper_received_on=paper_received_on,
            signed_on=None,
        )

    def decided(
        self,
        outcome: PieceOutcome,
        *,
        reason: str | None,
        signed_on: date | None,
        by: str,
        at: datetime,
        because: str | None = None,
    ) -> Piece:
        """Return it with a verdict, the one before kept; a refused one is asked for again from that moment on."""
        refused = outcome is PieceOutcome.REFUSED
        return replace(
            self,
            status=PieceStatus(outcome.value),
            reason=reason,
            signed_on=None if refused else signed_on,
            requested_at=at if refused else self.requested_at,
            decided_by=by,
            decided_at=at,
            history=(*self.history, *self._overturned(because or reason)),
        )

    def _overturned(self, because: str | None) -> tuple[PastVerdict, ...]:
        if self.decided_by is None or self.decided_at is None:
            return ()
        outcome = PieceOutcome(self.status.value)
        return (PastVerdict(outcome, self.reason, self.signed_on, self.decided_by, self.decided_at, because),)

    def awaited_again(self) -> Piece:
        """Return it as when it was asked for: what stood for it stands for another one."""
        return replace(self, status=PieceStatus.TO_PROVIDE, document_id=None, received_at=None)


TO_SIGN_BY_HAND = (
    Piece("signed_application", "Bulletin d’adhésion signé", SIGNED_APPLICATION, True),
    Piece("signed_mandate", "Mandat SEPA signé", SIGNED_MANDATE, True),
)


def with_papers_to_sign(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return what is asked for of who signs by hand after all, in the order in which it is shown."""
    if any(piece.kind in SIGNED_BY_HAND for piece in pieces):
        return pieces
    place = next((number for number, piece in enumerate(pieces) if piece.code == ADDRESS), len(pieces))
    return (*pieces[:place], *TO_SIGN_BY_HAND, *pieces[place:])


def required_pieces(
    beneficiaries: tuple[Beneficiary, ...],
    *,
    self_employed: bool,
    mode: SignatureMode,
    own_benefit_account: bool,
    address_differs: bool,
    today: date,
) -> tuple[Piece, ...]:
    """Return what this situation asks for, in the order in which it is shown.

    `address_differs`: the client says that his identity document bears another address than his application.
    """
    pieces = [
        Piece("identity", "Copie recto verso de votre pièce d’identité en cours de validité", "piece.identity", True),
        Piece("bank_account", "Relevé d’identité bancaire (RIB)", "piece.bank_account", True),
    ]
    for number, person in enumerate(beneficiaries):
        pieces += _pieces_of(number, person, today)
    if self_employed:
        label = "Extrait Kbis de moins de 3 mois ou acte d’inscription au répertoire Sirene"
        pieces.append(Piece("company", label, "piece.company", True))
    if own_benefit_account:
        label = "Relevé d’identité bancaire pour le versement des prestations"
        pieces.append(Piece("benefit_bank_account", label, "piece.benefit_bank_account", True))
    if mode is SignatureMode.HANDWRITTEN:
        pieces += TO_SIGN_BY_HAND
    if address_differs:
        label = "Justificatif de domicile de moins de 3 mois, votre pièce d’identité portant une autre adresse"
    else:
        label = "Le cas échéant\u00a0: justificatif de domicile de moins de 3 mois"
    pieces.append(Piece(ADDRESS, label, "piece.address", address_differs))
    return tuple(pieces)


def _pieces_of(number: int, person: Beneficiary, today: date) -> list[Piece]:
    """Return what one person's own situation asks for (F-130, F-133 to F-135).

    Codes stand in addresses and in what is kept in clear, and say whose piece it is, never what his situation is.
    """
    name = person.first_name
    of_whom = "" if person.role is Role.MAIN else f" {_of(name)}"
    asked = [("social_security", f"Copie de l’attestation d’assuré social{of_whom}")]
    if person.role is Role.SPOUSE and person.tie is Tie.CIVIL_UNION:
        asked.append(("spouse", f"Copie du pacte civil de solidarité (PACS) conclu avec {name}"))
    if person.role is Role.SPOUSE and person.tie is Tie.COHABITING:
        asked.append(("spouse", f"Justificatif du domicile commun avec {name}"))
    if person.role is Role.CHILD and age_on(person.birth_date, today) >= ADULT:
        situation = f"Justificatif de la situation {_of(name)} (études, alternance, contrat de travail)"
        asked.append(("adult_child", situation))
    if person.role is Role.CHILD and person.disabled:
        asked.append(("disability", f"Carte d’invalidité {_of(name)} et justificatif de son allocation (AAH)"))
    pieces = []
    for place, (kind, label) in enumerate(asked):
        code = f"social_security.{number}" if place == 0 else f"situation.{number}.{place}"
        pieces.append(Piece(code, label, f"piece.{kind}", True))
    return pieces


def age_on(birth_date: date, day: date) -> int:
    """Return somebody's age in whole years; whoever was born on 29 February turns on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _of(name: str) -> str:
    return f"d’{name}" if name[:1].upper() in "AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆ" else f"de {name}"
