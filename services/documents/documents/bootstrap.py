"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

import httpx

from documents.adapters.antivirus import ClamdAntivirus, NoAntivirus
from documents.adapters.checks.pool import CheckerPool
from documents.adapters.queries import SqlCatalogue
from documents.adapters.stores.folder import FolderStore
from documents.adapters.stores.s3 import S3Store
from documents.adapters.tables import map_classes
from documents.adapters.unit_of_work import DocumentsWork
from documents.config import Config
from documents.messages.publishes import EVENTS
from documents.usecases.ports import Antivirus, Checker, Store
from plumbing.clock import Clock
from plumbing.resources import Resources


class Bootstrap(Resources[DocumentsWork]):
    """Everything documents works with, built once a process."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=DocumentsWork, events=EVENTS, http=http, clock=clock)
        self.config = config
        self.store: Store = _store(config)
        self._pool = CheckerPool(config.checkers)
        self.checker: Checker = self._pool
        self.antivirus: Antivirus = ClamdAntivirus(config.antivirus_url) if config.antivirus_url else NoAntivirus()
        self.catalogue = SqlCatalogue(self.engine)

    def close(self) -> None:
        """Let go of the database and of the checking children."""
        self._pool.close()
        super().close()


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what a process of documents holds; nothing connects and no child starts before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)


def _store(config: Config) -> Store:
    if config.s3 is not None:
        return S3Store(config.s3)
    if config.folder is not None:
        return FolderStore(config.folder)
    raise ValueError("a configuration without a store")
