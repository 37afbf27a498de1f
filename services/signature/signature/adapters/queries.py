"""Reads for the API: no lock, no unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from signature.adapters.ceremonies import OF_TENANT, find, read
from signature.adapters.repositories import within
from signature.adapters.tables import ACT_REQUEST, CEREMONY, LEGAL_HOLD, SEAL_RECORD, STAGED_FILE
from signature.domain.ceremony import Ceremony
from signature.domain.dual_control import ActRequest
from signature.domain.reach import Reach
from signature.domain.retention import VOID_KEPT
from signature.domain.sealing import EVIDENCE_NAME, StagedFile
from signature.domain.state import VOID
from signature.domain.verification import SealRecord


def find_ceremony(session: Session, ceremony_id: str, reach: Reach) -> Ceremony | None:
    """Return one ceremony of the session's tenant; None when it is out of reach."""
    found = find(session.connection(), session.info["tenant"], ceremony_id)
    return found if found is not None and within(reach, found) else None


def find_seal_record(engine: Engine, sha256: str) -> SealRecord | None:
    """Return the record of a released file, whatever the tenant: who asks has the file, or its print, already."""
    with engine.connect().execution_options(read_only=True) as connection:
        row = connection.execute(select(SEAL_RECORD).where(SEAL_RECORD.c.sha256 == sha256)).one_or_none()
    return None if row is None else SealRecord(**row._mapping)


def perhaps_to_purge(engine: Engine, now: datetime, *, limit: int) -> Sequence[tuple[str, str]]:
    """Return tenant and id of ceremonies without a signature that ended so long ago that they need not be kept."""
    due = (CEREMONY.c.state.in_(sorted(VOID)), CEREMONY.c.ended_at < now - VOID_KEPT)
    held = select(LEGAL_HOLD.c.ceremony_id).where(LEGAL_HOLD.c.ceremony_id == CEREMONY.c.id).exists()
    statement = select(CEREMONY.c.tenant, CEREMONY.c.id).where(*due, ~held).order_by(CEREMONY.c.ended_at).limit(limit)
    with engine.connect().execution_options(read_only=True) as connection:
        return [(row.tenant, row.id) for row in connection.execute(statement)]


def act_requests(session: Session, *, before: str | None, limit: int) -> Sequence[ActRequest]:
    """Return what managers of the session's tenant asked for, newest first."""
    statement = select(ActRequest).order_by(ACT_REQUEST.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(ACT_REQUEST.c.id < before)
    return session.execute(statement).scalars().all()


def evidence_ids(session: Session, ceremony_ids: Sequence[str]) -> dict[str, str]:
    """Return under which id documents keeps the evidence of each of these ceremonies."""
    files = select(StagedFile).where(STAGED_FILE.c.ceremony_id.in_(ceremony_ids), STAGED_FILE.c.name == EVIDENCE_NAME)
    return {file.ceremony_id: file.stored_id for file in session.execute(files).scalars() if file.stored_id}


def ceremonies_of(
    session: Session, subject: str, reach: Reach, *, before: str | None, limit: int
) -> Sequence[Ceremony]:
    """Return the ceremonies of a subject that are in reach, newest first, from the one older than `before` on."""
    statement = OF_TENANT.where(CEREMONY.c.subject == subject).order_by(CEREMONY.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(CEREMONY.c.id < before)
    found = read(session.connection(), statement, {"tenant": session.info["tenant"]})
    return [each for each in found if within(reach, each)]
