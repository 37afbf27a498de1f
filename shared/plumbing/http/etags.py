"""Edits of shared things name the version they change: ETag out, If-Match in (RFC 9110 §13.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import request

from plumbing.http.guards import mark
from plumbing.http.problems import ProblemRaised, standard

View = TypeVar("View", bound=Callable[..., Any])


def etag_of(version: int | str) -> str:
    """Return the strong ETag of a version: put it in the answer's headers, `return view, {"ETag": etag_of(3)}`."""
    return f'"{version}"'


def conditional(view: View) -> View:
    """Mark a view whose If-Match header is required: 428 without it, and both answers in the documentation."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        _stated()
        return view(*args, **kwargs)

    mark(checked, conditional=True)
    return checked  # type: ignore[return-value]


def if_match(current: int | str | None = None) -> int:
    """Return the version that the caller has seen; 428 without the header, 412 when it is no version of ours.

    With `current` it is compared too: 412 when the caller has seen another one. Without, hand the result to the use
    case, whose StaleWrite is answered 412.
    """
    stated = _stated()
    if current is not None:
        if stated != etag_of(current):
            raise ProblemRaised(standard(412))
        return int(current) if str(current).isdigit() else 0
    number = stated.strip('"')
    if stated != etag_of(number) or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ProblemRaised(standard(412))
    return int(number)


def not_modified(version: int | str) -> bool:
    """Say whether If-None-Match names this version, so that a 304 will do."""
    return etag_of(version) in [tag.strip().removeprefix("W/") for tag in _list(request.headers.get("If-None-Match"))]


def _stated() -> str:
    stated = request.headers.get("If-Match", "").strip()
    if not stated:
        raise ProblemRaised(standard(428))
    return stated


def _list(header: str | None) -> list[str]:
    return header.split(",") if header else []
