"""Why an incoming file is refused. The French sentence of each code is in `api/refusals.py`."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """Stable codes; the web pages and other services may branch on them."""

    EMPTY = "empty"
    TYPE = "type_refused"
    EXTENSION = "extension_mismatch"
    TOO_LARGE = "too_large"
    TOTAL_TOO_LARGE = "total_too_large"
    TOO_MANY = "too_many"
    CORRUPT = "corrupt"
    TRUNCATED = "truncated"
    IMAGE_TOO_LARGE = "image_too_large"
    TOO_MANY_PAGES = "too_many_pages"
    BOMB = "bomb"
    POLYGLOT = "polyglot"
    TRAILING_DATA = "trailing_data"
    ACTIVE_CONTENT = "active_content"
    PASSWORD = "password_protected"  # noqa: S105 - a code
    INFECTED = "infected"
    TOO_SLOW = "check_timeout"
    QUOTA = "quota"


class Refused(Exception):
    """The file cannot be kept.

    `reason` is for the log and the tests, never for the sender; it holds no file content.
    """

    def __init__(self, code: RefusalCode, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else str(code))
        self.code = code
        self.reason = reason

    def __reduce__(self) -> tuple[type[Refused], tuple[RefusalCode, str]]:
        return (Refused, (self.code, self.reason))


class CheckUnavailable(Exception):
    """No verdict could be had (the checker could not be started, the required antivirus is away): try again later."""
