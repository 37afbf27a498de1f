"""What the use cases need of the outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, Self

from notifications.domain.message import Channel, Content, Message
from notifications.domain.people import Adviser, Contact, ContractFile, Insurer, Preference, QuoteFile
from plumbing.unit_of_work import Work as PlumbingWork


class Writer(Protocol):
    """Turns facts into what is read, in the name of a tenant."""

    def insurer(self, tenant: str) -> Insurer:
        """Return what the tenant prints; `UnknownTenant` when nothing is configured for it."""
        ...

    def write(
        self,
        kind: str,
        channel: Channel,
        *,
        tenant: str,
        greeting: str,
        adviser: Adviser | None,
        facts: Mapping[str, object],
    ) -> Content: ...


class UnknownTenant(Exception):
    """No insurer is configured under this code, so nothing can be written in its name."""


class Messages(Protocol):
    def add(self, message: Message) -> None: ...
    def get(self, message_id: str) -> Message:
        """NotFound("message") for an unknown one."""
        ...


class Contacts(Protocol):
    def add(self, contact: Contact) -> None: ...
    def find(self, member_id: str) -> Contact | None: ...


class Preferences(Protocol):
    def add(self, preference: Preference) -> None: ...
    def find(self, member_id: str) -> Preference | None: ...


class QuoteFiles(Protocol):
    def add(self, quote: QuoteFile) -> None: ...
    def find(self, quote_id: str) -> QuoteFile | None: ...
    def of_subscription(self, subscription_id: str) -> QuoteFile | None: ...
    def with_lapsed_link(self, day: date) -> Sequence[QuoteFile]:
        """Return the quotes whose link is still kept although it opens nothing on `day` any more."""
        ...


class ContractFiles(Protocol):
    def add(self, contract: ContractFile) -> None: ...
    def find(self, contract_id: str) -> ContractFile | None: ...


class WebCopies(Protocol):
    def add(self, *, message_id: str, token: str, html: str, expires_at: datetime) -> None:
        """Keep what a mail says for whoever has the token in it, and for nobody else."""
        ...

    def forget(self, message_id: str) -> None: ...


class Work(PlumbingWork, Protocol):
    @property
    def messages(self) -> Messages: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def quotes(self) -> QuoteFiles: ...
    @property
    def contracts(self) -> ContractFiles: ...
    @property
    def web_copies(self) -> WebCopies: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *failure: object) -> None: ...


Begin = Callable[[], Work]


@dataclass(frozen=True, slots=True)
class File:
    """A document fetched for sending."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a provider is handed it. `message_id` never changes between attempts."""

    message_id: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    copies: tuple[str, ...]
    content: Content
    files: tuple[File, ...]


class Refused(Exception):
    """The provider will never take this message; `code` is its reason without its words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Exception):
    """The provider may take this message later; `code` says what stood in the way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Provider(Protocol):
    """Hands one message over; `Refused` for good, `Unreachable` for now."""

    @property
    def name(self) -> str: ...

    def send(self, outgoing: Outgoing) -> str:
        """Return the provider's own identifier of the message."""
        ...


class Documents(Protocol):
    """Where stored documents are fetched from."""

    def fetch(self, document_id: str, *, tenant: str) -> tuple[str, bytes]:
        """Return media type and bytes."""
        ...
