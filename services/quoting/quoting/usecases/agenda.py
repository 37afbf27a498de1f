"""The broker's agenda: note what happened, close a row, open it again."""

from __future__ import annotations

from plumbing.errors import StaleWrite
from plumbing.ids import new_id
from quoting.domain.agenda import AgendaEvent, Happening, event_of
from quoting.domain.quote import Quote
from quoting.usecases.ports import Uow, Work


def note(work: Work, quote: Quote, happening: Happening, *, detail: str | None = None) -> None:
    """Have the agenda say what happened when `work` commits; `detail` may be personal and is kept closed."""
    work.agenda.add(event_of(quote, happening, id=new_id(), at=work.now, detail=detail))


def note_opening(*, uow: Uow, quote_id: str) -> None:
    """Note that the client opened his link: the first time only, however many at once."""
    with uow() as work:
        quote = work.quotes.get(quote_id)
        work.agenda.add_once(event_of(quote, Happening.QUOTE_OPENED, id=new_id(), at=work.now))
        work.commit()


def close_event(*, uow: Uow, broker_id: str, event_id: str, seen: int, closed: bool) -> AgendaEvent:
    """Close a row of this broker's agenda, or open it again.

    Raises NotFound("agenda event") when he has none of this id, StaleWrite when it is no longer as he saw it.
    """
    with uow() as work:
        event = work.agenda.get(broker_id, event_id)
        if event.revision != seen:
            raise StaleWrite(event_id)
        if closed:
            event.close(work.now)
        else:
            event.reopen()
        work.commit()
    return event
