"""A message to one person, from the queue to the provider.

                record_sent
      queued ───────────────▶ sent
        │
        └───────────────────▶ failed        (refused by the provider for good, or too old to be of use)
              record_failure

An attempt that a later one may mend (server away, mailbox busy) leaves the message queued and a line in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BLANK = "•••"
EXPIRED = "expired"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class MessageState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class AttemptOutcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # the provider will never take it
    UNREACHABLE = "unreachable"  # it may take it later


class AlreadyClosed(Exception):
    """The message was sent or given up before."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"message {message.id} is {message.state}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored document to be fetched when the message leaves. `filename` is what the reader sees."""

    document_id: str
    filename: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is read: an SMS has neither subject nor HTML."""

    text: str
    subject: str = ""
    html: str | None = None

    def without(self, secrets: Sequence[str]) -> Content:
        """Return the same content with every secret blanked."""

        def blank(part: str) -> str:
            for secret in secrets:
                part = part.replace(secret, BLANK)
            return part

        return Content(blank(self.text), blank(self.subject), None if self.html is None else blank(self.html))


@dataclass(eq=False)
class Attempt:
    """One try to hand a message to its provider. `code` is the provider's, never its words (they quote addresses)."""

    message_id: str
    number: int
    at: datetime
    provider: str
    outcome: AttemptOutcome
    code: str | None = None
    tenant: str = ""


@dataclass(eq=False)
class Message:
    """Recipient, copies, content and secrets are personal and stored closed.

    `secrets` are the codes and one-time links inside the content; `expires_at` is when the message stops being of use.
    """

    id: str
    kind: str
    channel: Channel
    recipient: str
    subject: str
    text: str
    html: str | None
    event_id: str
    created_at: datetime
    recipient_name: str = ""
    copies: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    expires_at: datetime | None = None
    state: MessageState = MessageState.QUEUED
    closed_at: datetime | None = None
    provider: str | None = None
    provider_message_id: str | None = None
    failure: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    tenant: str = ""
    version: int = 0

    @property
    def content(self) -> Content:
        """The content as the recipient reads it, secrets included while the message waits."""
        return Content(self.text, self.subject, self.html)

    @property
    def readable_content(self) -> Content:
        """The content as anybody else may read it."""
        return self.content.without(self.secrets)

    def is_too_old(self, now: datetime) -> bool:
        """Say whether sending it now would be of no use; at `expires_at` itself it is too old."""
        return self.expires_at is not None and now >= self.expires_at

    def note_attempt(self, *, now: datetime, provider: str, outcome: AttemptOutcome, code: str | None = None) -> None:
        """Write a line of the delivery log."""
        self.attempts.append(
            Attempt(
                message_id=self.id,
                number=len(self.attempts) + 1,
                at=now,
                provider=provider,
                outcome=outcome,
                code=code,
                tenant=self.tenant,
            )
        )

    def record_sent(self, *, now: datetime, provider: str, provider_message_id: str) -> None:
        """Note that the provider took the message, and forget the secrets in it; `AlreadyClosed` on a repeat."""
        self._close(MessageState.SENT, now)
        self.provider = provider
        self.provider_message_id = provider_message_id
        self.note_attempt(now=now, provider=provider, outcome=AttemptOutcome.SENT)

    def record_failure(self, *, now: datetime, code: str, provider: str | None = None) -> None:
        """Give the message up for good; with a `provider`, it was the one to refuse it."""
        self._close(MessageState.FAILED, now)
        self.failure = code
        if provider is not None:
            self.provider = provider
            self.note_attempt(now=now, provider=provider, outcome=AttemptOutcome.REFUSED, code=code)

    def _close(self, state: MessageState, now: datetime) -> None:
        if self.state is not MessageState.QUEUED:
            raise AlreadyClosed(self)
        self.state = state
        self.closed_at = now
        blanked = self.readable_content
        self.text, self.subject, self.html = blanked.text, blanked.subject, blanked.html
        self.secrets = []
