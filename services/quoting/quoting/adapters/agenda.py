"""The agenda in the database: rows are added with what they tell of, and read newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, func, or_, select, update
from sqlalchemy.orm import Session

from plumbing.database import insert_for
from plumbing.errors import NotFound
from quoting.adapters.queries import QUOTE_ROW
from quoting.adapters.tables import AGENDA_EVENT, CLIENT_FILE, QUOTE
from quoting.domain.agenda import AgendaEvent, contract_domain
from quoting.domain.people import search_name
from quoting.domain.quote import QuoteStatus

_FETCHED_AT_ONCE = 1000
MOST_WORDS = 10
_TRANSFORMED = (QuoteStatus.SUBSCRIBED, QuoteStatus.REPLACED)
_ROW = (
    AGENDA_EVENT.c.id,
    AGENDA_EVENT.c.happening,
    AGENDA_EVENT.c.client_id,
    AGENDA_EVENT.c.quote_id,
    AGENDA_EVENT.c.product_name,
    AGENDA_EVENT.c.formula_label,
    AGENDA_EVENT.c.effective_date,
    AGENDA_EVENT.c.domain,
    AGENDA_EVENT.c.detail,
    AGENDA_EVENT.c.happened_at,
    AGENDA_EVENT.c.closed_at,
    AGENDA_EVENT.c.revision,
    CLIENT_FILE.c.civility,
    CLIENT_FILE.c.first_name,
    CLIENT_FILE.c.last_name,
)


class SqlAgenda:
    """The rows of one tenant's brokers, inside one unit of work."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def add(self, event: AgendaEvent) -> None:
        self._session.add(event)

    def add_once(self, event: AgendaEvent) -> None:
        columns = {column.name: getattr(event, column.name) for column in AGENDA_EVENT.columns}
        insert = insert_for(self._session.connection())
        self._session.execute(insert(AGENDA_EVENT).values(**columns).on_conflict_do_nothing())

    def get(self, broker_id: str, event_id: str) -> AgendaEvent:
        mine = select(AgendaEvent).where(AGENDA_EVENT.c.id == event_id, AGENDA_EVENT.c.broker_id == broker_id)
        found = self._session.execute(mine).scalar_one_or_none()
        if found is None:
            raise NotFound("agenda event", event_id)
        return found

    def becomes_contract(self, quote_id: str, number: str) -> None:
        # Somebody who looks at a row meanwhile has not seen its new number: his edit is stale.
        self._session.flush()
        self._session.execute(
            update(AGENDA_EVENT)
            .where(AGENDA_EVENT.c.tenant == self._tenant, AGENDA_EVENT.c.quote_id == quote_id)
            .values(domain=contract_domain(number), revision=AGENDA_EVENT.c.revision + 1)
        )


@dataclass(frozen=True, slots=True)
class AgendaFilter:
    """What of a broker's agenda is wanted. Every word of `text` must be found in the row."""

    tenant: str
    broker_id: str
    text: str = ""
    with_closed: bool = False
    client_id: str | None = None
    quote_id: str | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        statement = statement.where(AGENDA_EVENT.c.tenant == self.tenant, AGENDA_EVENT.c.broker_id == self.broker_id)
        if not self.with_closed:
            statement = statement.where(AGENDA_EVENT.c.closed_at.is_(None))
        if self.client_id is not None:
            statement = statement.where(AGENDA_EVENT.c.client_id == self.client_id)
        if self.quote_id is not None:
            statement = statement.where(AGENDA_EVENT.c.quote_id == self.quote_id)
        for word in self._words():
            statement = statement.where(
                or_(
                    AGENDA_EVENT.c.words.contains(word, autoescape=True),
                    func.upper(AGENDA_EVENT.c.domain).contains(word, autoescape=True),
                    CLIENT_FILE.c.search_name.contains(word, autoescape=True),
                )
            )
        return statement

    @property
    def has_words(self) -> bool:
        return bool(self._words())

    def _words(self) -> list[str]:
        # As in the search of the portfolio, % stands for anything; between words anything may stand already.
        return search_name(self.text.replace("%", " ")).split()[:MOST_WORDS]


class AgendaQueries:
    """Reads of the agenda. Every statement is scoped by tenant and broker."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: AgendaFilter, *, before: str | None, limit: int) -> Sequence[Any]:
        """Return rows, newest first; `before` is the id of the last row of the page before."""
        statement = _newest_first(wanted).limit(limit)
        if before is not None:
            statement = statement.where(AGENDA_EVENT.c.id < before)
        with self._reading() as connection:
            return connection.execute(statement).all()

    def total(self, wanted: AgendaFilter) -> int:
        """Return how many rows there are, on whatever page."""
        statement = select(func.count()).select_from(AGENDA_EVENT)
        if wanted.has_words:
            statement = statement.join(CLIENT_FILE, CLIENT_FILE.c.id == AGENDA_EVENT.c.client_id)
        with self._reading() as connection:
            return int(connection.execute(wanted.narrow(statement)).scalar_one())

    def event(self, tenant: str, broker_id: str, event_id: str) -> Any:
        """Return one row of this broker's, closed or not; NotFound("agenda event")."""
        wanted = AgendaFilter(tenant, broker_id, with_closed=True)
        with self._reading() as connection:
            row = connection.execute(_newest_first(wanted).where(AGENDA_EVENT.c.id == event_id)).one_or_none()
        if row is None:
            raise NotFound("agenda event", event_id)
        return row

    def every(self, wanted: AgendaFilter) -> Iterator[Any]:
        """Yield all rows as they were when it was asked, however many, a few at a time."""
        return self._stream(_newest_first(wanted))

    def untransformed_quotes(self, tenant: str, broker_id: str) -> Iterator[Any]:
        """Yield every quote of a broker that is not (yet) a contract; of replaced versions only the last counts."""
        statement = (
            select(*QUOTE_ROW, QUOTE.c.created_on)
            .join(CLIENT_FILE, CLIENT_FILE.c.id == QUOTE.c.client_id)
            .where(QUOTE.c.tenant == tenant, QUOTE.c.broker_id == broker_id, QUOTE.c.status.not_in(_TRANSFORMED))
            .order_by(QUOTE.c.id.desc())
        )
        return self._stream(statement)

    def _stream(self, statement: Any) -> Iterator[Any]:
        with self._reading() as connection:
            yield from connection.execution_options(yield_per=_FETCHED_AT_ONCE).execute(statement)

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._engine.connect().execution_options(read_only=True) as connection:
            yield connection


def _newest_first(wanted: AgendaFilter) -> Select[Any]:
    statement = select(*_ROW).join(CLIENT_FILE, CLIENT_FILE.c.id == AGENDA_EVENT.c.client_id)
    return wanted.narrow(statement).order_by(AGENDA_EVENT.c.id.desc())
