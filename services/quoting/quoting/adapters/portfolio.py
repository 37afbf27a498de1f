"""A broker's portfolio as he searches and reads it. Every statement is scoped by its tenant, and by its broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, and_, or_, select, tuple_, union, union_all

from plumbing.errors import NotFound
from plumbing.unit_of_work import Units
from quoting.adapters.queries import QUOTE_ROW, FileView
from quoting.adapters.tables import CLIENT_FILE, MEMBERSHIP_FILE, QUOTE, SUBSCRIPTION
from quoting.domain.membership_file import MembershipFile
from quoting.domain.portfolio_search import ESCAPE
from quoting.domain.quote import Quote, QuoteStatus
from quoting.domain.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a quote, and whether the next one may be made from it."""

    quote: Quote
    modifiable: bool


class Portfolio:
    """The reads of one broker's search and client files."""

    def __init__(self, engine: Engine, units: Units[Any]) -> None:
        self._engine = engine
        self._units = units

    def clients(
        self, tenant: str, broker_id: str, *, patterns: Sequence[Sequence[str]], after: str | None, limit: int
    ) -> Sequence[Any]:
        """Return rows of clients by name, each with the identity of his newest quote; `after` is the last id seen."""
        found = select(CLIENT_FILE.c.id, CLIENT_FILE.c.search_name).where(_clients_of(tenant, broker_id))
        if after is not None:
            mine = and_(_clients_of(tenant, broker_id), CLIENT_FILE.c.id == after)
            last = select(CLIENT_FILE.c.search_name).where(mine).scalar_subquery()
            found = found.where(tuple_(CLIENT_FILE.c.search_name, CLIENT_FILE.c.id) > tuple_(last, after))
        found = found.order_by(CLIENT_FILE.c.search_name, CLIENT_FILE.c.id).limit(limit)
        if len(patterns) == 1:
            # The beginning of the name is an index range; joined by OR to the rest it would be read from A on.
            places = [found.where(_like(pattern)).subquery() for pattern in patterns[0]]
            both = union(*(select(place.c.id, place.c.search_name) for place in places)).subquery()
            page = select(both).order_by(both.c.search_name, both.c.id).limit(limit).subquery()
        else:
            page = found.where(*(or_(*map(_like, alternatives)) for alternatives in patterns)).subquery()
        return self._rows(
            select(CLIENT_FILE.c.id, _identity())
            .join(page, page.c.id == CLIENT_FILE.c.id)
            .order_by(page.c.search_name, page.c.id)
        )

    def client(self, tenant: str, broker_id: str, client_id: str) -> Any:
        """Return the row of one client; NotFound("client")."""
        rows = self._rows(
            select(CLIENT_FILE.c.id, _identity()).where(_clients_of(tenant, broker_id), CLIENT_FILE.c.id == client_id)
        )
        if not rows:
            raise NotFound("client", client_id)
        return rows[0]

    def quotes(
        self,
        tenant: str,
        broker_id: str,
        *,
        numbers: Sequence[str] | None = None,
        version: int | None = None,
        statuses: Sequence[QuoteStatus] = (),
        client_id: str | None = None,
        without: QuoteStatus | None = None,
        before: str | None,
        limit: int,
    ) -> Sequence[Any]:
        """Return rows of quotes, the newest first; `before` is the last id seen. No status named: all of them."""
        wanted = [QUOTE.c.tenant == tenant, QUOTE.c.broker_id == broker_id]
        if numbers is not None:
            wanted.append(QUOTE.c.number.in_(numbers))
        if version is not None:
            wanted.append(QUOTE.c.version == version)
        if client_id is not None:
            wanted.append(QUOTE.c.client_id == client_id)
        if without is not None:
            wanted.append(QUOTE.c.status != without)
        if before is not None:
            wanted.append(QUOTE.c.id < before)
        ids = select(QUOTE.c.id).where(*wanted).order_by(QUOTE.c.id.desc()).limit(limit)
        if statuses:
            # One ordered index range for each status; `IN` would read and sort every quote of both.
            ranges = [select(ids.where(QUOTE.c.status == status).subquery().c.id) for status in statuses]
            ids = select(union_all(*ranges).subquery().c.id)
        page = ids.subquery()
        return self._rows(
            select(*QUOTE_ROW)
            .join(page, page.c.id == QUOTE.c.id)
            .join(CLIENT_FILE, CLIENT_FILE.c.id == QUOTE.c.client_id)
            .order_by(QUOTE.c.id.desc())
            .limit(limit)
        )

    def versions(self, tenant: str, number: str, *, before: str | None, limit: int) -> list[Version]:
        """Return the versions of a quote, the last one first; `before` is the id of the last one seen."""
        statement = (
            select(Quote, Subscription)
            .outerjoin(Subscription, and_(SUBSCRIPTION.c.quote_id == QUOTE.c.id, SUBSCRIPTION.c.tenant == tenant))
            .where(QUOTE.c.number == number)
            .order_by(QUOTE.c.version.desc())
        )
        with self._units.reading(tenant) as session:
            found = session.execute(statement).all()
        versions = [
            Version(quote, place == 0 and quote.can_be_revised(signature_ended=_came_to_nothing(subscription)))
            for place, (quote, subscription) in enumerate(found)
        ]
        return [each for each in versions if before is None or each.quote.id < before][:limit]

    def contracts(
        self, tenant: str, broker_id: str, client_id: str, *, before: str | None, limit: int
    ) -> list[FileView]:
        """Return a client's membership requests with all they are about, the newest first."""
        conditions = [SUBSCRIPTION.c.person_id == client_id]
        if before is not None:
            conditions.append(MEMBERSHIP_FILE.c.id < before)
        return self._contracts(tenant, broker_id, *conditions, limit=limit)

    def contract(self, tenant: str, broker_id: str, file_id: str) -> FileView:
        """Return one membership request; NotFound("contract")."""
        found = self._contracts(tenant, broker_id, MEMBERSHIP_FILE.c.id == file_id, limit=1)
        if not found:
            raise NotFound("contract", file_id)
        return found[0]

    def _contracts(self, tenant: str, broker_id: str, *conditions: Any, limit: int) -> list[FileView]:
        statement = (
            select(MembershipFile, Subscription, Quote)
            .join(Subscription, SUBSCRIPTION.c.id == MEMBERSHIP_FILE.c.subscription_id)
            .join(Quote, QUOTE.c.id == MEMBERSHIP_FILE.c.quote_id)
            .where(MEMBERSHIP_FILE.c.broker_id == broker_id, *conditions)
            .order_by(MEMBERSHIP_FILE.c.id.desc())
            .limit(limit)
        )
        with self._units.reading(tenant) as session:
            return [FileView(*row) for row in session.execute(statement).all()]

    def _rows(self, statement: Any) -> Sequence[Any]:
        with self._engine.connect().execution_options(read_only=True) as connection:
            return connection.execute(statement).all()


def _clients_of(tenant: str, broker_id: str) -> Any:
    return and_(CLIENT_FILE.c.tenant == tenant, CLIENT_FILE.c.broker_id == broker_id)


def _like(pattern: str) -> Any:
    return CLIENT_FILE.c.search_name.like(pattern, escape=ESCAPE)


def _identity() -> Any:
    # The file keeps what it is searched by; the address and the rest are as the client last gave them.
    newest: Select[Any] = (
        select(QUOTE.c.client).where(QUOTE.c.client_id == CLIENT_FILE.c.id).order_by(QUOTE.c.id.desc()).limit(1)
    )
    return newest.correlate(CLIENT_FILE).scalar_subquery().label("identity")


def _came_to_nothing(subscription: Subscription | None) -> bool:
    return subscription is not None and subscription.signature.came_to_nothing
