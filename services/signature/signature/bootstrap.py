"""Builds the real adapters and hands them to the use cases: one Bootstrap for web and worker, one for the sealer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import httpx

from plumbing.clock import Clock
from plumbing.resources import Resources
from plumbing.settings import SettingsError
from signature.adapters.documents import DocumentsClient
from signature.adapters.revocation import RevocationLists
from signature.adapters.sealer import demo_pki
from signature.adapters.sealer.anchors import TrustedSeals, trusted_seals
from signature.adapters.sealer.credentials import Credentials, UnusableCredentials
from signature.adapters.tables import map_classes
from signature.adapters.unit_of_work import SignatureWork
from signature.config import LOCAL_TSA, Config, SealerConfig
from signature.domain.sealing import Level
from signature.messages.publishes import EVENTS
from signature.usecases.ports import DocumentStore, Sealer

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

    from signature.adapters.sealer.inspection import Inspector


class Bootstrap(Resources[SignatureWork]):
    """Everything that web and worker work with, built once a process. No sealing key is in reach of it."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=SignatureWork, events=EVENTS, http=http, clock=clock)
        self.config = config

    @cached_property
    def trusted(self) -> TrustedSeals:
        """What seals are checked against; NothingToTrust while a demonstration's sealer has not started yet."""
        return trusted_seals(self.config.trust)

    @cached_property
    def inspector(self) -> Inspector:
        """Tells good seals from bad ones; pyHanko is read in when the first stranger asks. NothingToTrust too."""
        from signature.adapters.sealer.inspection import Anchors, Inspector

        trusted = self.trusted
        *under, root = trusted.chain
        lists = RevocationLists(
            self.engine, handed=trusted.handed_crls, urls=self.config.trust.crl_urls, clock=self.clock
        )
        anchors = Anchors(root, tuple(under[1:]), (*under[:1], *trusted.former), trusted.tsa_roots)
        return Inspector(anchors, crls=lists.known)


class SealerBootstrap(Resources[SignatureWork]):
    """Everything that the sealer works with: the one process that holds the key."""

    def __init__(self, config: SealerConfig, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        super().__init__(config.common, work_class=SignatureWork, events=EVENTS, http=http, clock=clock)
        self.config = config
        self._credentials = _credentials(config)
        self._trusted = trusted_seals(config.trust)
        self.revocation = RevocationLists(
            self.engine, handed=self._trusted.handed_crls, urls=config.trust.crl_urls, clock=self.clock
        )

    @cached_property
    def sealing(self) -> Sealer:
        """The one holder of the sealing key; pyHanko is read in when the first envelope is sealed."""
        from signature.adapters.sealer.pades import PadesSealer

        return PadesSealer(
            self._credentials,
            operator=self.config.provider,
            timestamper=self._timestamper(),
            tsa_roots=self._trusted.tsa_roots,
            crls=self.revocation.known if self._trusted.level is Level.B_LT else None,
        )

    def documents(self, tenant: str) -> DocumentStore:
        """Return the documents service as this tenant sees it."""
        return DocumentsClient(self.client("documents"), tenant)

    def _timestamper(self) -> TimeStamper | None:
        trust = self.config.trust
        if trust.tsa_url is None:
            return None
        if trust.tsa_url == LOCAL_TSA and trust.pki_dir is not None:
            from signature.adapters.sealer.demo_tsa import LocalTimeStamper

            key, chain = (trust.pki_dir / name for name in (demo_pki.TSA_KEY_FILE, demo_pki.TSA_CHAIN_FILE))
            return LocalTimeStamper(Credentials.from_pem(key.read_bytes(), chain.read_bytes()))
        from signature.adapters.sealer.timestamps import HttpTimeStamper

        return HttpTimeStamper(trust.tsa_url, self.http)


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what web and worker hold; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)


def build_sealer(
    config: SealerConfig, *, http: httpx.Client | None = None, clock: Clock | None = None
) -> SealerBootstrap:
    """Return what the sealer holds; SettingsError when its key is no use."""
    map_classes()
    return SealerBootstrap(config, http=http, clock=clock)


def _credentials(config: SealerConfig) -> Credentials:
    """Read the sealing key; in a demonstration without one, make a labelled one."""
    pki_dir = config.trust.pki_dir
    if pki_dir is not None:
        demo_pki.make(pki_dir, operator=config.provider)
        key, chain = (pki_dir / name for name in (demo_pki.KEY_FILE, demo_pki.CHAIN_FILE))
        return Credentials.from_pem(key.read_bytes(), chain.read_bytes())
    try:
        return Credentials.of((config.sealer_key or "").encode(), config.trust.chain)
    except UnusableCredentials as failure:
        raise SettingsError("signature", [f"SEALER_KEY and SEALER_CHAIN: {failure}"]) from failure
