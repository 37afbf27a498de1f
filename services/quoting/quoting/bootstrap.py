"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

import httpx

from plumbing.auth import TokenVerifier
from plumbing.clock import Clock
from plumbing.resources import Resources
from quoting.adapters.agenda import AgendaQueries
from quoting.adapters.banks import SchwiftyBanks
from quoting.adapters.catalogue.loader import load_published
from quoting.adapters.clients.archive import ArchiveClient
from quoting.adapters.clients.identity import IdentityClient
from quoting.adapters.portfolio import Portfolio
from quoting.adapters.queries import Queries
from quoting.adapters.tables import map_classes
from quoting.adapters.towns import TownExtract
from quoting.adapters.unit_of_work import QuotingWork
from quoting.config import Config
from quoting.messages.publishes import EVENTS
from quoting.usecases.ports import Offer


class Bootstrap(Resources[QuotingWork]):
    """Everything quoting works with, built once a process. A catalogue that does not hold together stops it here."""

    def __init__(
        self,
        config: Config,
        *,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
        verifier: TokenVerifier | None = None,
    ) -> None:
        super().__init__(
            config.common, work_class=QuotingWork, events=EVENTS, http=http, clock=clock, verifier=verifier
        )
        self.config = config
        published = load_published()
        self.offer = Offer(published.catalogue, published.tariffs)
        self.towns = TownExtract()
        self.banks = SchwiftyBanks()
        self.queries = Queries(self.engine, self.units)
        self.agenda = AgendaQueries(self.engine)
        self.portfolio = Portfolio(self.engine, self.units)
        self.identity = IdentityClient(self.client("member"))
        self.archive = ArchiveClient(self.client("documents"))


def build(
    config: Config,
    *,
    http: httpx.Client | None = None,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
) -> Bootstrap:
    """Return what a process of quoting holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock, verifier=verifier)
