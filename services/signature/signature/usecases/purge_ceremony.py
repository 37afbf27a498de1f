"""Forget a ceremony whose time is over; what is left is a tombstone, and the prints of what was released."""

from __future__ import annotations

from signature.domain import retention
from signature.domain.ceremony import Ceremony
from signature.domain.retention import Tombstone
from signature.usecases import announce
from signature.usecases.ports import UnitOfWorkFactory, Work


def purge_ceremony(*, uow: UnitOfWorkFactory, ceremony_id: str) -> bool:
    """Purge one whose retention is over, and tell whether it was done; a held one is left alone."""
    with uow() as work:
        ceremony = work.ceremonies.take(ceremony_id)
        due = may_be_purged(work, ceremony)
        if due:
            purge(work, ceremony)
        work.commit()
    return due


def may_be_purged(work: Work, ceremony: Ceremony) -> bool:
    """Tell whether nothing holds it and its class allows it. No contract tells its end yet: what is signed stays."""
    return retention.may_be_purged(
        ceremony.state,
        ended_at=ceremony.ended_at,
        cover_ended_on=None,
        held=work.legal_holds.is_held(ceremony.id),
        now=work.now,
    )


def purge(work: Work, ceremony: Ceremony) -> None:
    """Delete everything of a ceremony, its journal included, and say which of its files others keep."""
    stored = sorted(file.stored_id for file in work.staged_files.of(ceremony.id) if file.stored_id is not None)
    work.ceremonies.purge(
        ceremony,
        Tombstone(
            ceremony_id=ceremony.id,
            state=ceremony.state,
            manifest_sha256=ceremony.manifest_sha256,
            journal_head=ceremony.journal_head,
            journal_length=ceremony.journal_length,
            purged_at=work.now,
        ),
    )
    announce.purged(work, ceremony, document_ids=stored)
