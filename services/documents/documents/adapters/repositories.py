"""What the use cases change, on one session."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.adapters.tables import DOCUMENT, DOCUMENT_READER, SENDING, SUBJECT_READER
from documents.domain.document import Document, DocumentState
from documents.domain.reading import Reading
from documents.domain.sending import Held, Sending
from plumbing.database import insert_for
from plumbing.ids import new_id


class DocumentRepository:
    """The records of the files. Core statements name the tenant themselves."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, document: Document) -> None:
        """Write at once, so that readers can refer to it."""
        self._session.add(document)
        self._session.flush()

    def held(self, *, subject: str, owner: str) -> Held:
        """Count what an owner keeps about a subject."""
        mine = (
            DOCUMENT.c.tenant == self._tenant,
            DOCUMENT.c.subject == subject,
            DOCUMENT.c.owner == owner,
            DOCUMENT.c.state == DocumentState.STORED,
        )
        counted = select(func.count(), func.coalesce(func.sum(DOCUMENT.c.size), 0)).where(*mine)
        files, size = self._session.execute(counted).one()
        return Held(files=int(files), size=int(size))

    def exist(self, document_ids: Collection[str]) -> set[str]:
        """Return those that are this tenant's."""
        known = select(DOCUMENT.c.id).where(DOCUMENT.c.tenant == self._tenant, DOCUMENT.c.id.in_(document_ids))
        return set(self._session.execute(known).scalars())

    def take(self, document_ids: Collection[str]) -> list[Document]:
        """Return those that are this tenant's, locked until the end of the transaction."""
        found = select(Document).where(DOCUMENT.c.tenant == self._tenant, DOCUMENT.c.id.in_(document_ids))
        return list(self._session.execute(found.order_by(DOCUMENT.c.id).with_for_update()).scalars())


class ReaderRepository:
    """Two tables of pairs, to which pairs are only added."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def let_read(self, document_id: str, readers: Collection[str]) -> None:
        """Add readers to one document."""
        rows = [{"document_id": document_id, "reader": reader, "tenant": self._tenant} for reader in set(readers)]
        if rows:
            insert = insert_for(self._session.connection())
            self._session.execute(insert(DOCUMENT_READER).on_conflict_do_nothing(), rows)

    def attach(self, subject: str, reader: str) -> None:
        """Let a reader read all of a subject, what is stored now and later."""
        insert = insert_for(self._session.connection())
        row = {"tenant": self._tenant, "subject": subject, "reader": reader, "attached_at": self._now}
        self._session.execute(insert(SUBJECT_READER).values(**row).on_conflict_do_nothing())


class SendingRepository:
    """The sendings of claims."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def open_for(self, *, subject: str, owner: str, at: datetime) -> Sending:
        """Return the open sending, made when missing and locked until the end of the transaction."""
        insert = insert_for(self._session.connection())
        row = {
            "id": new_id(),
            "tenant": self._tenant,
            "subject": subject,
            "owner": owner,
            "opened_at": at,
            "files": 0,
            "size": 0,
            "closed_at": None,
        }
        # An open one is written, not skipped, which locks it: a claim that is sent closes it, and must not do so
        # between this statement and the next.
        self._session.execute(
            insert(SENDING)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["tenant", "subject", "owner"],
                index_where=SENDING.c.closed_at.is_(None),
                set_={"files": SENDING.c.files},
            )
        )
        found = (
            select(Sending)
            .where(SENDING.c.subject == subject, SENDING.c.owner == owner, SENDING.c.closed_at.is_(None))
            .with_for_update()
        )
        return self._session.execute(found).scalar_one()

    def all_open(self, subject: str) -> list[Sending]:
        """Return the open sendings of a subject, locked."""
        found = select(Sending).where(SENDING.c.subject == subject, SENDING.c.closed_at.is_(None)).with_for_update()
        return list(self._session.execute(found).scalars())


class ReadingRepository:
    """The audit of downloads."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, reading: Reading) -> None:
        """Add one line."""
        self._session.add(reading)
