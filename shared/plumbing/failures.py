"""How a failure is written down where people read it: its type, and its text only when that tells nothing personal."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from plumbing.telemetry.masking import redacted

_LONGEST_TEXT = 500


def describe(failure: BaseException) -> str:
    """Return the failure's type and text; of a database error the type alone, since its text quotes rows."""
    name = type(failure).__name__
    if isinstance(failure, DBAPIError):
        return f"{name}: {type(failure.orig).__name__}"
    if isinstance(failure, SQLAlchemyError):
        return name
    return redacted(f"{name}: {failure}")[:_LONGEST_TEXT]
