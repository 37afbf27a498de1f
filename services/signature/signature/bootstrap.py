"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

from functools import cached_property

import httpx

from plumbing.clock import Clock
from plumbing.resources import Resources
from plumbing.settings import SettingsError
from signature.adapters.documents import DocumentsClient
from signature.adapters.sealer import demo_pki
from signature.adapters.sealer.credentials import Credentials, UnusableCredentials
from signature.adapters.tables import map_classes
from signature.adapters.unit_of_work import SignatureWork
from signature.config import Config
from signature.messages.publishes import EVENTS
from signature.usecases.ports import DocumentStore, Sealer


class Bootstrap(Resources[SignatureWork]):
    """Everything signature works with, built once a process."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=SignatureWork, events=EVENTS, http=http, clock=clock)
        self.config = config
        self._credentials = _credentials(config)

    @cached_property
    def sealing(self) -> Sealer:
        """The one holder of the sealing key; pyHanko is read in when the first envelope is sealed."""
        from signature.adapters.sealer.pades import PadesSealer
        from signature.adapters.sealer.timestamps import HttpTimeStamper

        url = self.config.tsa_url
        return PadesSealer(
            self._credentials,
            operator=self.config.provider,
            timestamper=None if url is None else HttpTimeStamper(url, self.http),
            tsa_roots=self.config.tsa_roots,
        )

    def documents(self, tenant: str) -> DocumentStore:
        """Return the documents service as this tenant sees it."""
        return DocumentsClient(self.client("documents"), tenant)


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what a process of signature holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)


def _credentials(config: Config) -> Credentials:
    """Read the sealing key; in a demonstration without one, make a labelled one. SettingsError when it is no use."""
    key, chain = config.sealer_key, config.sealer_chain
    if config.pki_dir is not None:
        demo_pki.make(config.pki_dir, operator=config.provider)
        key = (config.pki_dir / demo_pki.KEY_FILE).read_text()
        chain = (config.pki_dir / demo_pki.CHAIN_FILE).read_text()
    try:
        return Credentials.from_pem((key or "").encode(), (chain or "").encode())
    except UnusableCredentials as failure:
        raise SettingsError("signature", [f"SEALER_KEY and SEALER_CHAIN: {failure}"]) from failure
