"""Reads: the delivery log for managers, and what the clock-driven jobs look for over all tenants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, and_, exists, or_, select
from sqlalchemy.orm import Session

from notifications.adapters.tables import CONTRACT_FILE, MESSAGE, QUOTE_FILE
from notifications.domain.message import Channel, Message, MessageState
from plumbing.errors import NotFound

_AT_ONCE = 200


@dataclass(frozen=True)
class Filter:
    """Which messages of the log are wanted; None leaves a criterion out."""

    state: MessageState | None = None
    channel: Channel | None = None
    kind: str | None = None


def messages(session: Session, wanted: Filter, *, after: str | None, limit: int) -> list[Message]:
    """Return messages, the newest first, from the one after `after` on. The session shows one tenant's rows."""
    statement = select(Message).order_by(MESSAGE.c.id.desc()).limit(limit)
    if wanted.state is not None:
        statement = statement.where(MESSAGE.c.state == wanted.state)
    if wanted.channel is not None:
        statement = statement.where(MESSAGE.c.channel == wanted.channel)
    if wanted.kind is not None:
        statement = statement.where(MESSAGE.c.kind == wanted.kind)
    if after is not None:
        statement = statement.where(MESSAGE.c.id < after)
    return list(session.scalars(statement))


def message(session: Session, message_id: str) -> Message:
    """Return one message; NotFound("message") when the tenant has none of this id."""
    found = session.scalars(select(Message).where(MESSAGE.c.id == message_id)).one_or_none()
    if found is None:
        raise NotFound("message", message_id)
    return found


def too_old(engine: Engine, now: datetime) -> list[tuple[str, str]]:
    """Return (tenant, id) of waiting messages whose life is over, in every tenant, some at a time."""
    table = MESSAGE
    statement = (
        select(table.c.tenant, table.c.id)
        .where(table.c.state == MessageState.QUEUED, table.c.expires_at <= now)
        .order_by(table.c.expires_at)
        .limit(_AT_ONCE)
    )
    with engine.connect().execution_options(read_only=True) as connection:
        return [(row.tenant, row.id) for row in connection.execute(statement)]


def has_lapsed_link(day: date) -> ColumnElement[bool]:
    """Say of a quote that its link is still kept although it opens nothing on `day` any more.

    The link of a submitted quote lapses with the contract, that of any other with the quote's last day.
    """
    quote, contract = QUOTE_FILE, CONTRACT_FILE
    has_contract = exists().where(contract.c.tenant == quote.c.tenant, contract.c.quote_id == quote.c.quote_id)
    return and_(
        quote.c.link_secret.is_not(None), quote.c.expires_on < day, or_(quote.c.submitted.is_(False), has_contract)
    )


def tenants_with_lapsed_links(engine: Engine, day: date) -> list[str]:
    """Return the tenants that still keep such links."""
    statement = select(QUOTE_FILE.c.tenant).where(has_lapsed_link(day)).distinct()
    with engine.connect().execution_options(read_only=True) as connection:
        return list(connection.execute(statement).scalars())
