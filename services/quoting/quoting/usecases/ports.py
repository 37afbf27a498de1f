"""What the use cases need from outside, as they see it; adapters have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from plumbing.unit_of_work import Work as PlumbingWork
from quoting.domain.agenda import AgendaEvent
from quoting.domain.catalogue import Catalogue
from quoting.domain.membership_file import MembershipFile
from quoting.domain.people import Broker, Identity
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import Quote
from quoting.domain.subscription import Assistance, Subscription
from quoting.domain.tariff import Tariff


class QuoteRepository(Protocol):
    """The quotes of one tenant."""

    def add(self, quote: Quote) -> None: ...
    def add_unnumbered(self, quote: Quote, prefix: str) -> None:
        """Add the first version of a quote: the commit gives it the next number of its prefix, last of all."""
        ...

    def get(self, quote_id: str) -> Quote:
        """NotFound("quote") when the tenant has none of this id."""
        ...

    def of_subscription(self, subscription_id: str) -> Quote:
        """The quote whose link leads to this subscription; NotFound("subscription")."""
        ...

    def hold(self, subscription_id: str) -> None:
        """Keep this quote from being submitted until the commit; NotFound("subscription")."""
        ...

    def lock(self, quote_id: str) -> Quote:
        """The quote as it is, nobody else changing it until the commit; NotFound("quote")."""
        ...

    def latest(self, number: str) -> Quote:
        """The last version of this number; NotFound("quote")."""
        ...

    def overdue(self, today: date, limit: int) -> Sequence[Quote]:
        """Validated quotes whose last valid day is before `today`."""
        ...


class SubscriptionRepository(Protocol):
    """The subscriptions of one tenant."""

    def add(self, subscription: Subscription) -> None: ...
    def get(self, subscription_id: str) -> Subscription:
        """NotFound("subscription") when none was submitted under this id."""
        ...


class FileRepository(Protocol):
    """The membership files of one tenant; one that was taken up is nobody else's until the commit."""

    def add(self, file: MembershipFile) -> None: ...
    def get(self, file_id: str) -> MembershipFile:
        """NotFound("file") when the tenant has none of this id."""
        ...

    def of_subscription(self, subscription_id: str) -> MembershipFile | None: ...


class EarlyPieces(Protocol):
    """Pieces that came before their subscription was submitted."""

    def keep(self, subscription_id: str, document_id: str, kind: str) -> None:
        """Keep a piece; a repeat changes nothing."""
        ...

    def take(self, subscription_id: str) -> Sequence[tuple[str, str]]:
        """Take out the pieces of a subscription being submitted: document and kind, in the order they came."""
        ...


class Attestations(Protocol):
    """What brokers attested before they subscribed beside a client."""

    def add(self, *, subscription_id: str, broker_id: str, session: str) -> Assistance:
        """Record that a broker attests now that his client is with him, and which session that opens."""
        ...

    def of_session(self, subscription_id: str, session: str) -> Assistance | None:
        """What was attested to open this session (a token's fingerprint); None for one that a link opened."""
        ...


class ClientFiles(Protocol):
    """The client files of one tenant's brokers."""

    def find_or_add(self, broker_id: str, identity: Identity) -> str:
        """The id of the broker's file of this person (same name, birth date and e-mail), made now if there is none."""
        ...

    def stands_for_one_quote(self, client_id: str, number: str) -> bool:
        """Whether the file has no other number's quote and nothing was submitted from it, until the commit too."""
        ...

    def correct(self, client_id: str, identity: Identity) -> str:
        """Write the identity into the file; where the broker has another file of this person, return that one's id."""
        ...


class Numbers(Protocol):
    """Sequences without duplicates, whoever else is counting."""

    def next(self, kind: str, prefix: str) -> int: ...


class ProductPapers(Protocol):
    """The product documents of one tenant."""

    def keep(self, papers: Sequence[ProductPaper]) -> tuple[ProductPaper, ...]:
        """Record those that are not known yet; return for each the one on record, which came first."""
        ...


class Brokers(Protocol):
    """What is known here of one tenant's brokers; member owns it."""

    def get(self, broker_id: str) -> Broker | None: ...
    def put(self, broker: Broker) -> None:
        """Keep what is known of a broker; what is on record already is not written again."""
        ...


class Agenda(Protocol):
    """What happened to the quotes of one tenant's brokers."""

    def add(self, event: AgendaEvent) -> None: ...
    def add_once(self, event: AgendaEvent) -> None:
        """Add it unless this happening was noted of its quote before."""
        ...

    def get(self, broker_id: str, event_id: str) -> AgendaEvent:
        """NotFound("agenda event") when this broker has none of this id."""
        ...

    def becomes_contract(self, quote_id: str, number: str) -> None:
        """Have every row of a quote go under its contract's number from now on."""
        ...


class Work(PlumbingWork, Protocol):
    """One transaction of quoting."""

    @property
    def quotes(self) -> QuoteRepository: ...
    @property
    def subscriptions(self) -> SubscriptionRepository: ...
    @property
    def files(self) -> FileRepository: ...
    @property
    def early_pieces(self) -> EarlyPieces: ...
    @property
    def attestations(self) -> Attestations: ...
    @property
    def clients(self) -> ClientFiles: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def product_papers(self) -> ProductPapers: ...
    @property
    def brokers(self) -> Brokers: ...
    @property
    def agenda(self) -> Agenda: ...


Uow = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Town:
    """A commune with one of its postcodes."""

    postcode: str
    insee: str
    name: str
    department: str


class Towns(Protocol):
    """French communes by postcode."""

    def at(self, postcode: str) -> tuple[Town, ...]: ...


@dataclass(frozen=True, slots=True)
class Bank:
    """What an IBAN says: itself without spaces, and the bank's name if its country publishes one."""

    iban: str
    name: str | None


class IbanRefused(Exception):
    """No bank account of the SEPA zone has this number. The number is never in the message."""


class Banks(Protocol):
    """Checks account numbers."""

    def identify(self, iban: str) -> Bank:
        """IbanRefused when the number is wrong or outside the SEPA zone."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be sold, and at what price."""

    catalogue: Catalogue
    tariffs: Mapping[str, Tariff]
