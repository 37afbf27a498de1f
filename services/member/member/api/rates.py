"""How often one address may knock at the doors that are open to everybody; the figures are settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from member.config import Config
from plumbing.http import check_rate, documented_limit, services
from plumbing.http.rate_limit import caller_address

View = TypeVar("View", bound=Callable[..., Any])


def limited_a_minute(allowed: Callable[[Config], int]) -> Callable[[View], View]:
    """As plumbing's `limited`, by the caller's address, with the figure that the settings give; under `@public`."""

    def decorate(view: View) -> View:
        name = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            check_rate(name, caller_address(), f"{allowed(services().config)}/minute")
            return view(*args, **kwargs)

        return documented_limit(counted)  # type: ignore[return-value]

    return decorate
