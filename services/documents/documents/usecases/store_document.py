"""Take a file in: check it, keep its bytes, then its record and its event in one transaction.

The bytes come first and outside any transaction. A crash between the two leaves an object that no record names: nobody
can read it, and the sweep takes it away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from documents.domain.access import Person, Reader, Subject, may_send
from documents.domain.document import Document, Scan, object_key
from documents.domain.kinds import may_be_sent
from documents.domain.limits import MAX_FILE_BYTES, MAX_SERVICE_FILE_BYTES, TITLE_LENGTH
from documents.domain.refusals import RefusalCode, Refused
from documents.usecases.ports import Antivirus, Checker, Judged, Store, StoreUnavailable, Work
from plumbing.errors import NotFound
from plumbing.ids import new_id
from plumbing.unit_of_work import AlreadyTaken


class KindRefused(Exception):
    """A person may not send this kind of file about this kind of subject."""


class ReadersRefused(Exception):
    """Only services say who else may read what they store."""


@dataclass(frozen=True)
class Received:
    """A file as it came in. `declared_type` is what its sender says it is, `name` what he calls it: both hearsay."""

    kind: str
    subject: Subject
    title: str | None
    readers: tuple[Reader, ...]
    name: str
    declared_type: str
    content: bytes


def largest_file(person: Person) -> int:
    """How many bytes one file of this caller may have (F-208)."""
    return MAX_SERVICE_FILE_BYTES if person.role == "service" else MAX_FILE_BYTES


def store_document(
    *,
    person: Person,
    received: Received,
    attached: frozenset[str],
    uow: Callable[[], Work],
    checker: Checker,
    antivirus: Antivirus,
    store: Store,
) -> Document:
    """Return the stored document; raises Refused and the exceptions above, CheckUnavailable, StoreUnavailable.

    `attached` are the readers attached to the subject so far; a subject that is not the caller's is NotFound, whether
    it exists or not.
    """
    _check_request(person, received, attached)
    judged, scan = _judge(person, received, checker, antivirus)
    document_id = new_id()
    store.put(object_key(document_id), judged.content)
    try:
        with uow() as work:
            document = Document(
                id=document_id,
                tenant=work.tenant,
                kind=received.kind,
                subject=str(received.subject),
                owner=person.owner,
                title=received.title or _title_of(received.name),
                media_type=judged.media_type,
                size=len(judged.content),
                sha256_received=hashlib.sha256(received.content).hexdigest(),
                sha256_stored=hashlib.sha256(judged.content).hexdigest(),
                pages=judged.pages,
                scan=scan,
                created_at=work.now,
                created_by=person.owner,
            )
            _record(work, document, person, received)
            # A service that is not told the id asks again with the same key, for as long as it takes.
            work.remember(document.id)
            work.commit()
    except (Refused, AlreadyTaken):
        # Raised before the commit, so no record names these bytes. After any other failure the commit may have
        # happened all the same: then the sweep decides.
        with suppress(StoreUnavailable):
            store.delete(object_key(document_id))
        raise
    return document


def _check_request(person: Person, received: Received, attached: frozenset[str]) -> None:
    if not may_send(person, subject=received.subject, attached=attached):
        raise NotFound("subject", str(received.subject))
    if person.role != "service":
        if received.readers:
            raise ReadersRefused
        if not may_be_sent(received.kind, received.subject.kind):
            raise KindRefused(received.kind)
    if not received.content:
        raise Refused(RefusalCode.EMPTY)
    if len(received.content) > largest_file(person):
        raise Refused(RefusalCode.TOO_LARGE)


def _judge(person: Person, received: Received, checker: Checker, antivirus: Antivirus) -> tuple[Judged, Scan]:
    if person.role == "service":
        return checker.judge_exact(received.content, media_type=received.declared_type), Scan.NOT_SCANNED
    extension = PurePosixPath(received.name).suffix.removeprefix(".").lower()
    judged = checker.judge_incoming(received.content, extension=extension)
    return judged, antivirus.scan(received.content)


def _record(work: Work, document: Document, person: Person, received: Received) -> None:
    """Write everything that one file changes; raises Refused."""
    if person.role != "service":
        work.documents.held(subject=document.subject, owner=document.owner).check_room(document.size)
    if person.role == "member" and received.subject.kind == "claim":
        sending = work.sendings.open_for(subject=document.subject, owner=document.owner, at=work.now)
        sending.add(len(received.content))
    work.documents.add(document)
    work.readers.let_read(document.id, [str(reader) for reader in received.readers])
    # quoting tells by it which of its pieces came; nobody else needs to know.
    kind = document.kind if received.subject.kind == "subscription" else None
    work.publish(
        "documents.document.stored.v1",
        subject=document.id,
        data=_said_of(document),
        sealed={"quoting": {"kind": kind}},
    )


def _said_of(document: Document) -> dict[str, object]:
    return {
        "document_id": document.id,
        "subject": document.subject,
        "owner": document.owner,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256_stored,
    }


def _title_of(name: str) -> str:
    """The file's own name without its end, as far as it can be shown."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    shown = "".join(character for character in stem if character.isprintable()).strip()
    return shown[:TITLE_LENGTH] or "Document"
