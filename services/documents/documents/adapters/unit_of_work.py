"""The unit of work of documents: plumbing's, with these repositories."""

from __future__ import annotations

from documents.adapters.repositories import (
    DocumentRepository,
    ReaderRepository,
    ReadingRepository,
    SendingRepository,
)
from documents.usecases import ports
from plumbing.unit_of_work import UnitOfWork


class DocumentsWork(UnitOfWork):
    """One transaction of one mutuelle."""

    documents: ports.Documents
    readers: ports.Readers
    sendings: ports.Sendings
    readings: ports.Readings

    def opened(self) -> None:
        self.documents = DocumentRepository(self.session, self.tenant)
        self.readers = ReaderRepository(self.session, self.tenant, self.now)
        self.sendings = SendingRepository(self.session, self.tenant)
        self.readings = ReadingRepository(self.session)
