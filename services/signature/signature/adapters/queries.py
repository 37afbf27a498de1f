"""Reads for the API: no lock, no unit of work."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from signature.adapters.tables import CEREMONY
from signature.domain.ceremony import Ceremony


def find_ceremony(session: Session, ceremony_id: str) -> Ceremony | None:
    """Return one ceremony of the session's tenant."""
    return session.execute(select(Ceremony).where(CEREMONY.c.id == ceremony_id)).scalar_one_or_none()


def ceremonies_of(session: Session, subject: str, *, before: str | None, limit: int) -> Sequence[Ceremony]:
    """Return the ceremonies of a subject, newest first, from the one older than `before` on."""
    statement = select(Ceremony).where(CEREMONY.c.subject == subject).order_by(CEREMONY.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(CEREMONY.c.id < before)
    return session.execute(statement).scalars().all()
