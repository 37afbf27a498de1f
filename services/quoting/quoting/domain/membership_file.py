"""The file of a membership request, from its submission to « Adhésion créée ».

awaiting_documents ──(first piece received)──► transmitted ──(manager creates)──► created
« En attente de pièces »                       « Dossier transmis »               « Adhésion créée »
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quoting.domain.pieces import OTHER, Piece, PieceOutcome, PieceStatus


class FileStatus(StrEnum):
    """How far a file has come (F-144 to F-146)."""

    AWAITING_DOCUMENTS = "awaiting_documents"
    TRANSMITTED = "transmitted"
    CREATED = "created"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    FileStatus.AWAITING_DOCUMENTS: "En attente de pièces",
    FileStatus.TRANSMITTED: "Dossier transmis",
    FileStatus.CREATED: "Adhésion créée",
}
ALLOWED: dict[FileStatus, frozenset[FileStatus]] = {
    FileStatus.AWAITING_DOCUMENTS: frozenset({FileStatus.TRANSMITTED}),
    FileStatus.TRANSMITTED: frozenset({FileStatus.CREATED}),
    FileStatus.CREATED: frozenset(),
}


class FileClosed(Exception):
    """The membership is created: nothing of its file changes any more."""


class NoPieceReceived(Exception):
    """No supporting document stands in the file; `missing` are the labels of those asked for."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"{len(missing)} missing")
        self.missing = missing


class NotSigned(Exception):
    """The papers are not signed (yet)."""


class PieceUnknown(Exception):
    """The file has no piece with this document."""

    def __init__(self, document_id: str) -> None:
        super().__init__(document_id)
        self.document_id = document_id


class ReasonMissing(Exception):
    """A piece was refused without saying why: the client must know what to send instead."""


@dataclass(eq=False)
class MembershipFile:
    """One file. `missing_at_creation` remembers which mandatory pieces were not there when it was created."""

    id: str
    tenant: str
    subscription_id: str
    quote_id: str
    broker_id: str
    pieces: tuple[Piece, ...]
    opened_at: datetime
    status: FileStatus = FileStatus.AWAITING_DOCUMENTS
    transmitted_at: datetime | None = None
    created_at: datetime | None = None
    created_by: str | None = None
    missing_at_creation: tuple[str, ...] = ()
    contract_id: str | None = None
    contract_number: str | None = None
    valid_from: date | None = None
    member_id: str | None = None
    revision: int = field(default=1)

    @property
    def missing(self) -> tuple[Piece, ...]:
        """The mandatory pieces for which no document stands."""
        return tuple(piece for piece in self.pieces if piece.mandatory and not piece.is_there)

    def piece(self, document_id: str) -> Piece:
        """Return the piece that a document stands for; PieceUnknown when none."""
        for piece in self.pieces:
            if piece.document_id == document_id:
                return piece
        raise PieceUnknown(document_id)

    def holds(self, document_id: str) -> bool:
        """Tell whether a document stands in the file already."""
        return any(piece.document_id == document_id for piece in self.pieces)

    def receive(self, document_id: str, kind: str, *, at: datetime) -> bool:
        """Take in a document; tell whether it is the first, which transmits the file. A repeat changes nothing."""
        if self.holds(document_id):
            return False
        awaited = next((piece for piece in self.pieces if piece.kind == kind and not piece.is_there), None)
        if awaited is None:
            extra = Piece(f"extra.{len(self.pieces)}", "Autre pièce", kind or OTHER, False)
            self.pieces = (*self.pieces, extra.received(document_id, at))
        else:
            self._put(awaited, awaited.received(document_id, at))
        if self.status is not FileStatus.AWAITING_DOCUMENTS:
            return False
        self._move(FileStatus.TRANSMITTED)
        self.transmitted_at = at
        return True

    def decide(self, document_id: str, outcome: PieceOutcome, *, reason: str | None, by: str, at: datetime) -> None:
        """Record a manager's verdict on a piece; it may be revised until the membership is created."""
        if self.status is FileStatus.CREATED:
            raise FileClosed
        if outcome is PieceOutcome.REFUSED and not reason:
            raise ReasonMissing
        piece = self.piece(document_id)
        self._put(piece, piece.decided(outcome, reason=reason, by=by, at=at))

    def create(
        self, *, contract_id: str, contract_number: str, valid_from: date, signed: bool, by: str, at: datetime
    ) -> None:
        """Create the membership; FileClosed, NoPieceReceived or NotSigned say why it cannot be."""
        self.check_ready(signed=signed)
        self._move(FileStatus.CREATED)
        self.missing_at_creation = tuple(piece.code for piece in self.missing)
        self.contract_id = contract_id
        self.contract_number = contract_number
        self.valid_from = valid_from
        self.created_by = by
        self.created_at = at

    def check_ready(self, *, signed: bool) -> None:
        """Raise what `create` would, before a contract number is spent."""
        if self.status is FileStatus.CREATED:
            raise FileClosed
        if not any(piece.is_there for piece in self.pieces):
            raise NoPieceReceived(tuple(piece.label for piece in self.missing))
        if not signed:
            raise NotSigned

    def accepted(self, kinds: tuple[str, ...]) -> bool:
        """Tell whether every piece of these kinds is accepted (and there is at least one of each)."""
        accepted = {piece.kind for piece in self.pieces if piece.status is PieceStatus.ACCEPTED}
        return set(kinds) <= accepted

    def _put(self, old: Piece, new: Piece) -> None:
        self.pieces = tuple(new if piece is old else piece for piece in self.pieces)

    def _move(self, wished: FileStatus) -> None:
        if wished not in ALLOWED[self.status]:
            raise FileClosed
        self.status = wished
