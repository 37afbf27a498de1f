"""Reads that answer requests. They go past the unit of work, so each names its tenant itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, not_, or_, select, union

from documents.adapters.tables import DOCUMENT, DOCUMENT_READER, DOCUMENT_READING, SUBJECT_READER
from documents.domain.access import HANDED_OUT, Person, Subject, may_read
from documents.domain.document import DocumentState


@dataclass(frozen=True)
class DocumentView:
    """A document as its readers see it; `read_at` is when this caller last read it, None when he never did."""

    id: str
    kind: str
    subject: str
    owner: str
    title: str
    media_type: str
    size: int
    sha256: str
    pages: int | None
    stored_at: datetime
    read_at: datetime | None


_LAST_READING = func.max(DOCUMENT_READING.c.read_at)


def find(engine: Engine, *, tenant: str, person: Person, document_id: str) -> DocumentView | None:
    """Return a stored document when `person` may read it; None as well for one that does not exist."""
    with _reading(engine) as connection:
        chosen = _views(tenant, person).where(DOCUMENT.c.id == document_id)
        row = connection.execute(chosen).first()
        if row is None:
            return None
        view = DocumentView(**row._mapping)
        readers = _readers_of(connection, tenant, document_id)
        attached = _attached(connection, tenant, view.subject, readers)
    subject = Subject.parse(view.subject)
    allowed = may_read(person, subject=subject, owner=view.owner, readers=readers, attached=attached)
    return view if allowed else None


def listed(
    engine: Engine, *, tenant: str, person: Person, subject: str | None, after: str | None, limit: int
) -> list[DocumentView]:
    """Return up to `limit` documents that `person` may read, oldest first, after the id `after`.

    Without a subject a product's papers are left out: everybody may read them and they are nobody's own.
    """
    chosen = _views(tenant, person).where(_readable(tenant, person)).order_by(DOCUMENT.c.id).limit(limit)
    if subject is not None:
        chosen = chosen.where(DOCUMENT.c.subject == subject)
    else:
        chosen = chosen.where(DOCUMENT.c.subject.not_like("product:%"))
    if after is not None:
        chosen = chosen.where(DOCUMENT.c.id > after)
    with _reading(engine) as connection:
        return [DocumentView(**row._mapping) for row in connection.execute(chosen)]


def attached_to(engine: Engine, *, tenant: str, subject: str) -> frozenset[str]:
    """Return the readers attached to a subject."""
    with _reading(engine) as connection:
        return _attached(connection, tenant, subject, frozenset())


class SqlCatalogue:
    """Which documents exist, over all tenants."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, document_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record whose bytes are kept."""
        kept = select(DOCUMENT.c.id).where(DOCUMENT.c.id.in_(document_ids), DOCUMENT.c.state != DocumentState.PURGED)
        with _reading(self._engine) as connection:
            return set(connection.execute(kept).scalars())


def _reading(engine: Engine) -> Connection:
    return engine.connect().execution_options(read_only=True)


def _views(tenant: str, person: Person) -> Select[tuple[object, ...]]:
    last_reading = (
        select(_LAST_READING)
        .where(
            DOCUMENT_READING.c.document_id == DOCUMENT.c.id,
            DOCUMENT_READING.c.actor == person.identifier,
            DOCUMENT_READING.c.role == person.role,
        )
        .scalar_subquery()
    )
    columns = DOCUMENT.c
    return select(
        columns.id,
        columns.kind,
        columns.subject,
        columns.owner,
        columns.title,
        columns.media_type,
        columns.size,
        columns.sha256_stored.label("sha256"),
        columns.pages,
        columns.created_at.label("stored_at"),
        last_reading.label("read_at"),
    ).where(columns.tenant == tenant, columns.state == DocumentState.STORED)


def _readable(tenant: str, person: Person) -> ColumnElement[bool]:
    """`domain.access.may_read` in SQL; tests/…/test_access_matrix.py holds the two together.

    Written from the person outwards, as a union of what indexes find, so that it costs what he may read and not what
    his mutuelle keeps.
    """
    if person.sees_everything:
        handed_out = or_(*(DOCUMENT.c.subject.startswith(f"{kind}:") for kind in sorted(HANDED_OUT)))
        named = select(DOCUMENT_READER.c.document_id).where(
            DOCUMENT_READER.c.tenant == tenant, DOCUMENT_READER.c.reader.in_(sorted(person.references))
        )
        return or_(not_(handed_out), DOCUMENT.c.id.in_(named))
    references = sorted(person.references)
    in_tenant = SUBJECT_READER.c.tenant == tenant
    mine = select(SUBJECT_READER.c.subject).where(in_tenant, SUBJECT_READER.c.reader.in_(references))
    theirs = select(SUBJECT_READER.c.subject).where(in_tenant, SUBJECT_READER.c.reader.in_(mine))
    subjects = [f"subscription:{person.subscription}"] if person.subscription is not None else []
    document_in_tenant = select(DOCUMENT.c.id).where(DOCUMENT.c.tenant == tenant)
    read_by = select(DOCUMENT_READER.c.document_id).where(DOCUMENT_READER.c.tenant == tenant)
    ways = union(
        document_in_tenant.where(DOCUMENT.c.owner == person.owner),
        document_in_tenant.where(DOCUMENT.c.subject.in_(mine)),
        document_in_tenant.where(DOCUMENT.c.subject.in_(theirs)),
        document_in_tenant.where(DOCUMENT.c.subject.in_(subjects)),
        read_by.where(DOCUMENT_READER.c.reader.in_(references)),
        read_by.where(DOCUMENT_READER.c.reader.in_(mine)),
    )
    return or_(DOCUMENT.c.subject.like("product:%"), DOCUMENT.c.id.in_(ways))


def _readers_of(connection: Connection, tenant: str, document_id: str) -> frozenset[str]:
    statement = select(DOCUMENT_READER.c.reader).where(
        DOCUMENT_READER.c.tenant == tenant, DOCUMENT_READER.c.document_id == document_id
    )
    return frozenset(connection.execute(statement).scalars())


def _attached(connection: Connection, tenant: str, subject: str, readers: frozenset[str]) -> frozenset[str]:
    """Return whoever is attached to the subject, and to the subscriptions that read it or the document."""
    direct = _attached_directly(connection, tenant, [subject])
    groups = sorted(group for group in direct | readers if group.startswith("subscription:"))
    return direct | _attached_directly(connection, tenant, groups) if groups else direct


def _attached_directly(connection: Connection, tenant: str, subjects: Collection[str]) -> frozenset[str]:
    statement = select(SUBJECT_READER.c.reader).where(
        SUBJECT_READER.c.tenant == tenant, SUBJECT_READER.c.subject.in_(subjects)
    )
    return frozenset(connection.execute(statement).scalars())
