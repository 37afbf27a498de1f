"""What is read without changing anything. Every statement is scoped by its tenant, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from plumbing.errors import NotFound
from plumbing.unit_of_work import Units
from quoting.adapters.repositories import broker_from, product_paper_from
from quoting.adapters.tables import (
    ATTESTATION,
    BROKER,
    CLIENT_FILE,
    MEMBERSHIP_FILE,
    PRODUCT_PAPER,
    QUOTE,
    SUBSCRIPTION,
)
from quoting.domain.membership_file import FileStatus, MembershipFile
from quoting.domain.people import Broker
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import Quote
from quoting.domain.subscription import Assistance, Subscription

QUOTE_ROW = (
    QUOTE.c.id,
    QUOTE.c.number,
    QUOTE.c.version,
    QUOTE.c.status,
    QUOTE.c.product_code,
    QUOTE.c.product_name,
    QUOTE.c.formula,
    QUOTE.c.formula_label,
    QUOTE.c.monthly,
    QUOTE.c.effective_date,
    QUOTE.c.expires_on,
    QUOTE.c.created_at,
    QUOTE.c.client_id,
    CLIENT_FILE.c.civility,
    CLIENT_FILE.c.first_name,
    CLIENT_FILE.c.last_name,
)
"""A quote in a list, with whose it is."""

PaperKey = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class LinkedQuote:
    """The quote that a link's secret leads to, whichever the tenant: the secret is all its holder has."""

    tenant: str
    quote_id: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A membership file with what it is about."""

    file: MembershipFile
    subscription: Subscription
    quote: Quote


class Queries:
    """The reads of quoting's API and jobs."""

    def __init__(self, engine: Engine, units: Units[Any]) -> None:
        self._engine = engine
        self._units = units

    def quote(self, tenant: str, quote_id: str) -> Quote:
        """Return a quote; NotFound("quote")."""
        with self._units.reading(tenant) as session:
            found = session.execute(select(Quote).where(QUOTE.c.id == quote_id)).scalar_one_or_none()
        if found is None:
            raise NotFound("quote", quote_id)
        return found

    def linked_quote(self, link_hash: str) -> LinkedQuote | None:
        """Return where a link leads."""
        rows = self._rows(select(QUOTE.c.tenant, QUOTE.c.id).where(QUOTE.c.link_hash == link_hash))
        return LinkedQuote(rows[0].tenant, rows[0].id) if rows else None

    def quote_of_subscription(self, tenant: str, subscription_id: str) -> Quote:
        """Return the quote whose link leads to a subscription; NotFound("subscription")."""
        with self._units.reading(tenant) as session:
            statement = select(Quote).where(QUOTE.c.subscription_id == subscription_id)
            found = session.execute(statement).scalar_one_or_none()
        if found is None:
            raise NotFound("subscription", subscription_id)
        return found

    def subscription(self, tenant: str, subscription_id: str) -> Subscription:
        """Return a submitted subscription; NotFound("subscription")."""
        with self._units.reading(tenant) as session:
            statement = select(Subscription).where(SUBSCRIPTION.c.id == subscription_id)
            found = session.execute(statement).scalar_one_or_none()
        if found is None:
            raise NotFound("subscription", subscription_id)
        return found

    def file_of_subscription(self, tenant: str, subscription_id: str) -> FileView | None:
        """Return the file of a subscription with all it is about, None before it is submitted."""
        found = self._files(tenant, MEMBERSHIP_FILE.c.subscription_id == subscription_id, limit=1)
        return found[0] if found else None

    def file(self, tenant: str, file_id: str) -> FileView:
        """Return one file; NotFound("file")."""
        found = self._files(tenant, MEMBERSHIP_FILE.c.id == file_id, limit=1)
        if not found:
            raise NotFound("file", file_id)
        return found[0]

    def files(
        self, tenant: str, *, status: FileStatus | None, number: str | None, after: str | None, limit: int
    ) -> list[FileView]:
        """Return files, the oldest first: the managers' queue; `after` is the id of the last one seen.

        Nobody works on a file before it is transmitted (F-137), except to find by its quote's number the one whose
        papers came by post.
        """
        conditions: list[Any] = []
        if number is not None:
            conditions.append(QUOTE.c.number == number)
        if status is not None:
            conditions.append(MEMBERSHIP_FILE.c.status == status)
        elif number is None:
            conditions.append(MEMBERSHIP_FILE.c.status != FileStatus.AWAITING_DOCUMENTS)
        if after is not None:
            conditions.append(MEMBERSHIP_FILE.c.id > after)
        return self._files(tenant, *conditions, limit=limit)

    def broker(self, tenant: str, broker_id: str) -> Broker | None:
        """Return what is known here of a broker."""
        rows = self._rows(select(BROKER).where(BROKER.c.tenant == tenant, BROKER.c.id == broker_id))
        return broker_from(rows[0]) if rows else None

    def attestations(self, tenant: str, subscription_id: str) -> tuple[Assistance, ...]:
        """Return what brokers attested of a subscription, at whatever step, the earliest first."""
        statement = (
            select(ATTESTATION.c.broker_id, ATTESTATION.c.attested_at)
            .where(ATTESTATION.c.tenant == tenant, ATTESTATION.c.subscription_id == subscription_id)
            .order_by(ATTESTATION.c.attested_at)
        )
        return tuple(Assistance(row.broker_id, row.attested_at) for row in self._rows(statement))

    def product_papers(self, tenant: str, product: str) -> dict[PaperKey, ProductPaper]:
        """Return the stored documents of a product by formula, kind and content."""
        statement = select(PRODUCT_PAPER).where(PRODUCT_PAPER.c.tenant == tenant, PRODUCT_PAPER.c.product == product)
        papers = map(product_paper_from, self._rows(statement))
        return {(paper.formula, paper.kind, paper.content_version): paper for paper in papers}

    def _files(self, tenant: str, *conditions: Any, limit: int) -> list[FileView]:
        statement = (
            select(MembershipFile, Subscription, Quote)
            .join(Subscription, SUBSCRIPTION.c.id == MEMBERSHIP_FILE.c.subscription_id)
            .join(Quote, QUOTE.c.id == MEMBERSHIP_FILE.c.quote_id)
            .where(*conditions)
            .order_by(MEMBERSHIP_FILE.c.id)
            .limit(limit)
        )
        with self._units.reading(tenant) as session:
            return [FileView(*row) for row in session.execute(statement).all()]

    def _rows(self, statement: Any) -> Sequence[Any]:
        with self._engine.connect().execution_options(read_only=True) as connection:
            return connection.execute(statement).all()
