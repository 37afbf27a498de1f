"""The steps of a ceremony: who takes one, how it ends, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from signature.domain.canonical import Facts


class FailureCause(StrEnum):
    WRONG_CODES = "wrong_codes"
    CODES_SPENT = "codes_spent"
    ON_PAPER = "on_paper"


class TryOutcome(StrEnum):
    SIGNED = "signed"
    WRONG = "wrong"
    FAILED = "failed"


class UnknownDocument(Exception):
    """The envelope holds no such document, or the document no such page."""


class OutOfTurn(Exception):
    """Documents are read one after the other (F-105); `expected` is the one whose turn it is."""

    def __init__(self, expected: str) -> None:
        super().__init__(f"document {expected} comes first")
        self.expected = expected


class PagesUnread(Exception):
    """The document was not read to its last page; `next_page` is the first that was not handed out."""

    def __init__(self, next_page: int, pages: int) -> None:
        super().__init__(f"page {next_page} of {pages} comes first")
        self.next_page = next_page
        self.pages = pages


class DocumentsNotAccepted(Exception):
    """No code before every document is accepted; `remaining` counts those that are not."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"{remaining} to accept")
        self.remaining = remaining


class NoCodeSent(Exception):
    """A code was given before one was asked for."""


@dataclass(frozen=True)
class Circumstances:
    """Where a request came from, as the evidence tells it: address, browser, and the person in the token.

    `session` is the SHA-256 of what proves the browser session, and is empty for who has none.
    """

    ip: str
    user_agent: str
    actor: str
    session: str = ""

    def facts(self) -> Facts:
        return {"ip": self.ip, "user_agent": self.user_agent, "actor": self.actor, "session": self.session}
