"""How often somebody may knock at a public door: counted in the service's database, so over all its processes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

import structlog
from flask import current_app, request
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from plumbing.database import RATE_LIMIT, insert_for
from plumbing.http.guards import mark
from plumbing.http.problems import ProblemRaised, standard

View = TypeVar("View", bound=Callable[..., Any])

_WRITTEN = re.compile(r"(\d+)/(\d*)(second|minute|hour|day)s?\Z", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}

log = structlog.get_logger("plumbing.http")


@dataclass(frozen=True)
class Rate:
    """So many times in a window of so many seconds; windows start at round instants."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read "10/minute" or "3/15minutes"."""
        found = _WRITTEN.match(text.replace(" ", ""))
        if found is None or int(found[1]) < 1:
            raise ValueError(f"{text!r} is no rate such as 10/minute")
        return cls(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]])


def limited(*rates: str, by: Callable[[], str] | None = None, fail_open: bool = False) -> Callable[[View], View]:
    """Answer 429 beyond these rates for one caller: `@limited("10/minute", "100/day")`, under `@public`.

    `by` returns what to count by (the default is the caller's address); only its hash is kept. When the database is
    away the call is refused with 503, unless `fail_open`.
    """
    parsed = [Rate.parse(rate) for rate in rates]

    def decorate(view: View) -> View:
        name = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            _count(name, by() if by else caller_address(), parsed, fail_open=fail_open)
            return view(*args, **kwargs)

        mark(counted, limited=True)
        return counted  # type: ignore[return-value]

    return decorate


def check_rate(name: str, who: str, *rates: str, fail_open: bool = False) -> None:
    """Count one call and answer 429 beyond the rates: for a view that limits by something in its body.

    Decorate such a view with `documented_limit`, so that its contract knows.
    """
    _count(name, who, [Rate.parse(rate) for rate in rates], fail_open=fail_open)


def documented_limit(view: View) -> View:
    """Note in the contract that a view may answer 429."""
    mark(view, limited=True)
    return view


def caller_address() -> str:
    """Return the address of whoever calls; behind proxies the one that the last trusted one saw."""
    return request.remote_addr or "unknown"


def _count(name: str, who: str, rates: list[Rate], *, fail_open: bool) -> None:
    services = current_app.extensions["services"]
    now = services.clock.now()
    try:
        for rate in rates:
            start = datetime.fromtimestamp(now.timestamp() // rate.seconds * rate.seconds, UTC)
            if _hit(services.engine, f"{name}:{rate.seconds}:{_hidden(who)}"[:200], start) > rate.count:
                wait = max(1, int((start + timedelta(seconds=rate.seconds) - now).total_seconds()))
                raise ProblemRaised(standard(429, headers={"Retry-After": str(wait)}))
    except DBAPIError:
        if not fail_open:
            raise
        log.warning("rate_limit.not_counted", limit=name)


def _hit(engine: Engine, key: str, start: datetime) -> int:
    with engine.begin() as connection:
        statement = (
            insert_for(connection)(RATE_LIMIT)
            .values(key=key, window_start=start, count=1)
            .on_conflict_do_update(index_elements=["key", "window_start"], set_={"count": RATE_LIMIT.c.count + 1})
            .returning(RATE_LIMIT.c.count)
        )
        return int(connection.execute(statement).scalar_one())


def _hidden(who: str) -> str:
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:32]
