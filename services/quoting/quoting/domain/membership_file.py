"""The file of a membership request, from its submission to « Adhésion créée ».

awaiting_documents ──(first piece received)──► transmitted ──(manager creates)──► created
« En attente de pièces »                       « Dossier transmis »               « Adhésion créée »

A piece goes from `to_provide` to `received` (a document, or a paper by post), then `accepted` or `refused`; a refused
one is asked for again. A verdict names the status that its manager saw: of two managers, one comes too late.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from quoting.domain.pieces import OTHER, SIGNED_BY_HAND, Piece, PieceOutcome, PieceStatus, with_papers_to_sign


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


class PieceNotAskedFor(Exception):
    """The file asks for no piece of this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AlreadyDecided(Exception):
    """The piece is no longer as the manager saw it: somebody else received or judged it meanwhile."""

    def __init__(self, status: PieceStatus) -> None:
        super().__init__(status)
        self.status = status


class DateRefused(Exception):
    """A date on a paper that cannot be: before the papers were made, or in the future."""

    def __init__(self, field: str, first: date, last: date) -> None:
        super().__init__(field)
        self.field = field
        self.first = first
        self.last = last


class SignedOnMissing(Exception):
    """A paper signed by hand is accepted with the date that is written on it: cover and mandate go by that day."""


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

    @property
    def is_complete(self) -> bool:
        """Whether every mandatory piece is accepted."""
        return all(piece.status is PieceStatus.ACCEPTED for piece in self.pieces if piece.mandatory)

    @property
    def is_signed_by_hand(self) -> bool:
        """Whether both papers signed by hand are accepted."""
        return self.accepted(SIGNED_BY_HAND)

    @property
    def signed_on(self) -> date | None:
        """The later of the dates written on what was signed by hand."""
        return max((piece.signed_on for piece in self.pieces if piece.signed_on is not None), default=None)

    def asked_for(self, code: str) -> Piece:
        """Return the piece of a code; PieceNotAskedFor when there is none."""
        for piece in self.pieces:
            if piece.code == code:
                return piece
        raise PieceNotAskedFor(code)

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
        open_ones = [piece for piece in self.pieces if piece.kind == kind and not piece.is_there]
        # Its sender said which one it is; else it is the first of its kind that nobody announced another document for.
        open_ones.sort(key=lambda piece: (piece.announced != document_id, piece.announced is not None))
        awaited = open_ones[0] if open_ones else None
        if awaited is None:
            extra = Piece(f"extra.{len(self.pieces)}", "Autre pièce", kind or OTHER, False)
            self.pieces = (*self.pieces, extra.received(document_id, at))
        else:
            self._put(awaited, awaited.received(document_id, at))
        return self._transmit(at)

    def ask_for_signed_papers(self) -> None:
        """The request goes on with paper: what is signed by hand is asked for too."""
        self.pieces = with_papers_to_sign(self.pieces)

    def announce(self, code: str, document_id: str) -> None:
        """Take note of which piece a document is, whether it has come already or not.

        Two certificates are of one kind: by kind alone, the second person's would stand for the first's.
        """
        wished = self.asked_for(code)
        if wished.document_id == document_id:
            return
        standing = next((piece for piece in self.pieces if piece.document_id == document_id), None)
        if wished.is_there or (standing is not None and standing.kind != wished.kind):
            return
        if standing is None:
            self._put(wished, replace(wished, announced=document_id))
        elif standing.status is PieceStatus.RECEIVED and standing.received_at is not None:
            self._put(wished, wished.received(document_id, standing.received_at))
            self._put(standing, standing.awaited_again())

    def receive_on_paper(self, code: str, *, received_on: date, at: datetime) -> bool:
        """Record a piece that came by post; tell whether it is the file's first."""
        if self.status is FileStatus.CREATED:
            raise FileClosed
        piece = self.asked_for(code)
        if piece.is_there:
            raise AlreadyDecided(piece.status)
        self._put(piece, piece.received(None, at, paper_received_on=received_on))
        return self._transmit(at)

    def decide(
        self,
        piece: Piece,
        outcome: PieceOutcome,
        *,
        reason: str | None,
        by: str,
        at: datetime,
        seen: PieceStatus = PieceStatus.RECEIVED,
        signed_on: date | None = None,
        because: str | None = None,
    ) -> None:
        """Record a manager's verdict on a piece that he saw as `seen`; he may correct it until the creation.

        `because` says why an earlier verdict is corrected, where this one's own reason does not.
        """
        if self.status is FileStatus.CREATED:
            raise FileClosed
        if outcome is PieceOutcome.REFUSED and not reason:
            raise ReasonMissing
        if outcome is PieceOutcome.ACCEPTED and piece.kind in SIGNED_BY_HAND and signed_on is None:
            raise SignedOnMissing
        if piece.status is not seen:
            raise AlreadyDecided(piece.status)
        decided = piece.decided(outcome, reason=reason, signed_on=signed_on, by=by, at=at, because=because)
        self._put(piece, decided)

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

    def _transmit(self, at: datetime) -> bool:
        if self.status is not FileStatus.AWAITING_DOCUMENTS:
            return False
        self._move(FileStatus.TRANSMITTED)
        self.transmitted_at = at
        return True

    def _put(self, old: Piece, new: Piece) -> None:
        self.pieces = tuple(new if piece is old else piece for piece in self.pieces)

    def _move(self, wished: FileStatus) -> None:
        if wished not in ALLOWED[self.status]:
            raise FileClosed
        self.status = wished
