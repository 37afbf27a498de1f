"""The three short transactions around the sealing of an envelope; what is slow happens between them.

Sealed files are kept here until they are stored at documents. Sealing twice gives two different files (each signature
has its own random number, each timestamp its own time), so a second try after half a success must store the same bytes,
not seal anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from signature.domain.ceremony import Ceremony
from signature.domain.sealing import Sealing, SealingOrder, StagedFile, sealing_of
from signature.domain.state import State
from signature.domain.verification import SealRecord
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory


class AlreadySealed(Exception):
    """There is nothing left to do."""


def read_order(*, uow: UnitOfWorkFactory, ceremony_id: str) -> tuple[SealingOrder, Sequence[StagedFile]]:
    """Return what to seal and what is sealed already; AlreadySealed, or NotProven by the journal."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id)
        if ceremony.state is State.SEALED:
            raise AlreadySealed(ceremony_id)
        order = ceremony.sealing_order(work.ceremonies.journal(ceremony_id))
        return order, work.staged_files.of(ceremony_id)


def stage_files(*, uow: UnitOfWorkFactory, ceremony_id: str, files: Sequence[StagedFile]) -> Sequence[StagedFile]:
    """Keep freshly sealed files, and return those that count: the first ones kept."""
    with uow() as work:
        work.ceremonies.take(ceremony_id)
        kept = work.staged_files.of(ceremony_id)
        if kept:
            return kept
        for file in files:
            work.staged_files.add(file)
        work.commit()
    return files


def note_stored(*, uow: UnitOfWorkFactory, ceremony_id: str, name: str, stored_id: str) -> None:
    """Remember under which id documents keeps a file."""
    with uow() as work:
        work.ceremonies.take(ceremony_id)
        for file in work.staged_files.of(ceremony_id):
            if file.name == name:
                file.stored_id = stored_id
        work.commit()


def complete_sealing(*, uow: UnitOfWorkFactory, ceremony_id: str) -> None:
    """Mark the envelope sealed, now that every file is stored, and say so."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id)
        if ceremony.state is not State.SEALED:
            files = work.staged_files.of(ceremony_id)
            sealing = sealing_of(ceremony.documents, files)
            ceremony.seal(sealing, now=work.now)
            for record in _records(ceremony, sealing, now=work.now):
                work.seal_records.add(record)
            for file in files:
                file.let_go()
            announce.sealed(work, ceremony, sealing)
        work.commit()


def _records(ceremony: Ceremony, sealing: Sealing, *, now: datetime) -> Iterator[SealRecord]:
    for document in sealing.documents:
        yield SealRecord(
            sha256=document.sha256,
            ceremony_id=ceremony.id,
            kind=document.kind,
            title=document.title,
            reference=ceremony.reference,
            level=sealing.level,
            signed_at=ceremony.ended_at or now,
            sealed_at=now,
        )
