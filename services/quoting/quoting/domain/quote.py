"""A quote: one immutable version of a proposal, its price with its explanation, and the states it goes through.

                 ┌──────────┐
incomplete ──►   │ proposed │ ──(PDF stored)──► validated ──(last valid day over)──► expired
                 └──────────┘                       │
                                     (client submits his subscription)
                                                    ▼
                                                accepted ──(papers stored)──► awaiting_validation
                                                                               │            │
                                                     (paper file incomplete)   ▼            ▼ (signed)
                                                                      awaiting_pieces ◄─► subscribed

Every open state may end as declined (by the client), refused (by the insurer) or replaced (by the next version).
An expired quote may still be replaced. What was signed by hand awaits its pieces again when a paper that was accepted
turns out not to be signed. A-12 of the domain page is the source; `replaced` is internal (section M):
whoever looks from outside sees it as expired. `ALLOWED` is the table, `Quote._move` the one place where a status
changes.

What an issued version says never changes: a correction is the next version, priced anew, which takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from quoting.domain.needs import Needs
from quoting.domain.people import Identity
from quoting.domain.product_papers import ProductPaper
from quoting.domain.rating import Line

VALIDITY = timedelta(days=30)
"""Days after the issue during which a quote may be subscribed, the last one included (A-03)."""


class QuoteStatus(StrEnum):
    """The ten statuses of the guide (F-084) and `replaced`, which filters show as expired."""

    INCOMPLETE = "incomplete"
    PROPOSED = "proposed"
    VALIDATED = "validated"
    ACCEPTED = "accepted"
    AWAITING_VALIDATION = "awaiting_validation"
    AWAITING_PIECES = "awaiting_pieces"
    SUBSCRIBED = "subscribed"
    EXPIRED = "expired"
    DECLINED = "declined"
    REFUSED = "refused"
    REPLACED = "replaced"

    @property
    def shown(self) -> QuoteStatus:
        """The status as people and programs outside see it: one of the ten."""
        return QuoteStatus.EXPIRED if self is QuoteStatus.REPLACED else self

    @property
    def label(self) -> str:
        return LABELS[self.shown]


S = QuoteStatus
LABELS = {
    S.INCOMPLETE: "Incomplet",
    S.PROPOSED: "Proposé",
    S.VALIDATED: "Validé",
    S.ACCEPTED: "Accepté",
    S.AWAITING_VALIDATION: "En attente de validation",
    S.AWAITING_PIECES: "En attente de pièce(s)",
    S.SUBSCRIBED: "Souscrit",
    S.EXPIRED: "Expiré",
    S.DECLINED: "Décliné",
    S.REFUSED: "Refusé",
}
SHOWN = tuple(LABELS)
"""The ten statuses of the guide, which are all that leaves this service."""
TICKABLE = (S.SUBSCRIBED, S.VALIDATED)
"""The only two that the broker's search can be narrowed to (F-083)."""
_ENDINGS = frozenset({S.DECLINED, S.REFUSED, S.REPLACED})
ALLOWED: dict[QuoteStatus, frozenset[QuoteStatus]] = {
    S.INCOMPLETE: _ENDINGS | {S.PROPOSED},
    S.PROPOSED: _ENDINGS | {S.VALIDATED, S.INCOMPLETE},
    S.VALIDATED: _ENDINGS | {S.ACCEPTED, S.EXPIRED},
    S.ACCEPTED: _ENDINGS | {S.AWAITING_VALIDATION},
    S.AWAITING_VALIDATION: _ENDINGS | {S.AWAITING_PIECES, S.SUBSCRIBED},
    S.AWAITING_PIECES: _ENDINGS | {S.SUBSCRIBED},
    S.SUBSCRIBED: frozenset({S.AWAITING_PIECES}),
    S.EXPIRED: frozenset({S.REPLACED}),
    S.DECLINED: frozenset(),
    S.REFUSED: frozenset(),
    S.REPLACED: frozenset(),
}
REVISABLE = frozenset({S.INCOMPLETE, S.PROPOSED, S.VALIDATED, S.EXPIRED, S.DECLINED})
"""From these a next version can be made at any time; a declined version keeps its own end beside it (A-11)."""
SUBMITTED = frozenset({S.ACCEPTED, S.AWAITING_VALIDATION, S.AWAITING_PIECES})
"""From these only once the signature has come to nothing: until then the client's request stands (A-11)."""


class IllegalQuoteMove(Exception):
    """A quote cannot go from where it is to where it was asked to go."""

    def __init__(self, quote_id: str, current: QuoteStatus, wished: QuoteStatus) -> None:
        super().__init__(f"{quote_id}: {current} -> {wished}")
        self.current = current
        self.wished = wished


class QuoteLapsed(Exception):
    """The quote's last valid day is over."""

    def __init__(self, number: str, expires_on: date) -> None:
        super().__init__(number)
        self.number = number
        self.expires_on = expires_on


class QuoteReplaced(Exception):
    """A later version took this one's place; its link is dead."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class QuoteNotOpen(Exception):
    """The quote is in a state in which it can no longer, or not yet, be subscribed."""

    def __init__(self, number: str, status: QuoteStatus) -> None:
        super().__init__(f"{number} is {status}")
        self.number = number
        self.status = status


class QuoteNotRevisable(Exception):
    """The quote has come too far, or was refused: no next version can take its place."""

    def __init__(self, number: str, status: QuoteStatus) -> None:
        super().__init__(f"{number} is {status}")
        self.number = number
        self.status = status


class NotTheLatestVersion(Exception):
    """Somebody made a later version of this quote: that one is to be modified."""

    def __init__(self, number: str, latest: int) -> None:
        super().__init__(f"{number} / {latest}")
        self.number = number
        self.latest = latest


class BrokersOwnEmail(Exception):
    """The client's e-mail is the broker's: it would become the login of the client's space (F-050)."""


class ChoiceUnexplained(Exception):
    """Another formula than the one advised was chosen without saying why (duty of advice, F-041)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the price was made from. `insee`, `department` and `zone` come from the town."""

    regime: str
    postcode: str
    town: str
    insee: str
    department: str
    zone: str
    birth_date: date
    spouse_birth_date: date | None
    children: int


@dataclass(frozen=True, slots=True)
class Price:
    """The price as issued: it never changes, whatever becomes of the tariff."""

    monthly: Decimal
    annual: Decimal
    tariff_version: str
    option_monthly: Decimal | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What was advised, and why something else was chosen if it was (duty of advice, C. ass. L521-4)."""

    recommended: str
    reasons: tuple[str, ...]
    choice_reason: str | None


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """The quote's PDF as kept at documents."""

    document_id: str
    sha256: str


@dataclass(eq=False)
class Quote:
    """One version of a quote. `subscription_id` is allotted at once: the link and the guest's token name it."""

    id: str
    tenant: str
    number: str
    version: int
    broker_id: str
    client_id: str
    subscription_id: str
    product_code: str
    product_name: str
    formula: str
    formula_label: str
    with_option: bool
    effective_date: date
    monthly: Decimal
    needs: Needs
    profile: Profile
    client: Identity
    price: Price
    advice: Advice
    created_at: datetime
    created_on: date
    status: QuoteStatus = QuoteStatus.PROPOSED
    issued_at: datetime | None = None
    expires_on: date | None = None
    document_id: str | None = None
    document_sha256: str | None = None
    link_hash: str | None = None
    documents: tuple[ProductPaper, ...] = ()
    revision: int = field(default=1)

    @property
    def label(self) -> str:
        """The number as people write it: `RIS-0000000033 / 1`."""
        return f"{self.number} / {self.version}"

    def issue(
        self,
        paper: IssuedPaper,
        *,
        documents: tuple[ProductPaper, ...],
        link_hash: str,
        today: date,
        now: datetime,
    ) -> None:
        """Validate the quote: its PDF is stored, its link exists, its thirty days begin.

        `documents` are those of the product as they were that day: the client reads these, whatever comes later.
        """
        self._move(QuoteStatus.VALIDATED)
        self.documents = documents
        self.document_id = paper.document_id
        self.document_sha256 = paper.sha256
        self.link_hash = link_hash
        self.issued_at = now
        self.expires_on = today + VALIDITY

    def is_overdue(self, today: date) -> bool:
        """Tell whether the last valid day is over."""
        return self.expires_on is not None and today > self.expires_on

    def check_open(self, today: date) -> None:
        """Raise unless the client may subscribe now: QuoteReplaced, QuoteLapsed or QuoteNotOpen."""
        if self.status is QuoteStatus.REPLACED:
            raise QuoteReplaced(self.number)
        if self.expires_on is not None and (
            self.status is QuoteStatus.EXPIRED or (self.status is QuoteStatus.VALIDATED and self.is_overdue(today))
        ):
            raise QuoteLapsed(self.number, self.expires_on)
        if self.status is not QuoteStatus.VALIDATED:
            raise QuoteNotOpen(self.number, self.status)

    def accept(self, today: date) -> None:
        """The client submits his subscription."""
        self.check_open(today)
        self._move(QuoteStatus.ACCEPTED)

    def await_validation(self) -> None:
        """The papers are ready: a signature is awaited."""
        self._move(QuoteStatus.AWAITING_VALIDATION)

    def await_pieces(self) -> None:
        """Something of the papers signed by hand is still missing, or is again (A-12)."""
        self._move(QuoteStatus.AWAITING_PIECES)

    def subscribe(self) -> None:
        """The papers are signed."""
        self._move(QuoteStatus.SUBSCRIBED)

    def decline(self) -> None:
        """The client says no."""
        self._move(QuoteStatus.DECLINED)

    def expire(self, today: date) -> None:
        """The last valid day is over; IllegalQuoteMove when it is not."""
        if not self.is_overdue(today):
            raise IllegalQuoteMove(self.id, self.status, QuoteStatus.EXPIRED)
        self._move(QuoteStatus.EXPIRED)

    def can_be_revised(self, *, signature_ended: bool) -> bool:
        """Tell whether a next version may take this one's place; `signature_ended`: it was tried, to no end."""
        return self.status in REVISABLE or (self.status in SUBMITTED and signature_ended)

    def give_way(self, *, signature_ended: bool) -> None:
        """A next version takes this one's place: its link is dead. QuoteNotRevisable when it may not."""
        if not self.can_be_revised(signature_ended=signature_ended):
            raise QuoteNotRevisable(self.number, self.status)
        if self.status is not QuoteStatus.DECLINED:
            self.replace()

    def replace(self) -> None:
        """A later version takes this one's place."""
        self._move(QuoteStatus.REPLACED)

    def _move(self, wished: QuoteStatus) -> None:
        if wished not in ALLOWED[self.status]:
            raise IllegalQuoteMove(self.id, self.status, wished)
        self.status = wished
