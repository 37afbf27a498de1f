"""What caused the work at hand: carried from a request through events and jobs to the last effect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from plumbing.ids import new_id


@dataclass(frozen=True)
class Origin:
    """`correlation_id` names the whole chain, `causation_id` the request or event just before."""

    correlation_id: str
    causation_id: str
    traceparent: str | None = None


_current: ContextVar[Origin | None] = ContextVar("parapluie_origin", default=None)


def current_origin() -> Origin:
    """Return the origin of the work at hand, or a fresh one where nothing set it (a clock-driven job, a command)."""
    origin = _current.get()
    if origin is None:
        fresh = new_id()
        origin = Origin(correlation_id=fresh, causation_id=fresh)
    return origin


@contextmanager
def originating(origin: Origin) -> Iterator[None]:
    """Make `origin` the cause of everything said inside the block."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
