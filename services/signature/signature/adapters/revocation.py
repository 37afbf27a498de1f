"""Revocation lists: handed by the operator, or fetched from where the authorities publish them and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import httpx
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine, select

from plumbing.clock import Clock
from plumbing.database import insert_for
from signature.adapters.tables import REVOCATION_LIST

log = structlog.get_logger()

FRESH_FOR = timedelta(hours=1)
_SECONDS = 5.0
_LARGEST = 4 * 1024 * 1024


class RevocationLists:
    """The lists known today. What was fetched once serves until its successor comes: an authority that is away for an
    hour stops no sealing, and whether a list still holds is judged where it is used.
    """

    def __init__(self, engine: Engine, *, handed: Sequence[bytes], urls: Sequence[str], clock: Clock) -> None:
        self._engine = engine
        self._handed = tuple(handed)
        self._urls = tuple(urls)
        self._clock = clock

    def known(self) -> tuple[bytes, ...]:
        """Return every list in DER."""
        if not self._urls:
            return self._handed
        statement = select(REVOCATION_LIST.c.der).where(REVOCATION_LIST.c.url.in_(self._urls))
        with self._engine.connect().execution_options(read_only=True) as connection:
            return (*self._handed, *connection.execute(statement).scalars())

    def refresh(self, http: httpx.Client) -> None:
        """Fetch what is missing or an hour old; what cannot be fetched is kept as it was."""
        oldest = self._clock.now() - FRESH_FOR
        statement = select(REVOCATION_LIST.c.url).where(REVOCATION_LIST.c.fetched_at > oldest)
        with self._engine.connect().execution_options(read_only=True) as connection:
            fresh = set(connection.execute(statement).scalars())
        for url in self._urls:
            if url not in fresh and (der := _fetched(http, url)) is not None:
                self._keep(url, der)

    def _keep(self, url: str, der: bytes) -> None:
        values = {"der": der, "fetched_at": self._clock.now()}
        with self._engine.begin() as connection:
            insert = insert_for(connection)(REVOCATION_LIST).values(url=url, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _fetched(http: httpx.Client, url: str) -> bytes | None:
    try:
        answer = http.get(url, timeout=_SECONDS, follow_redirects=True)
        answer.raise_for_status()
        content = answer.content
        if len(content) > _LARGEST:
            raise ValueError("too large")
        read = x509.load_pem_x509_crl if content.startswith(b"-----") else x509.load_der_x509_crl
        return read(content).public_bytes(Encoding.DER)
    except (httpx.HTTPError, ValueError) as failure:
        log.warning("revocation_list.not_fetched", url=url, reason=type(failure).__name__)
        return None
