"""Whether a quote's link still opens its subscription, and by which token whoever it let in is known again."""

from __future__ import annotations

import hashlib
from datetime import date

from quoting.domain.quote import Quote, QuoteStatus

_RUNNING = frozenset(
    {QuoteStatus.ACCEPTED, QuoteStatus.AWAITING_VALIDATION, QuoteStatus.AWAITING_PIECES, QuoteStatus.SUBSCRIBED}
)


class LinkUnknown(Exception):
    """No link has this secret."""


class LinkClosed(Exception):
    """The link has done its work: the membership is created, or the client said no."""


def check_link(quote: Quote, *, today: date, membership_created: bool) -> None:
    """Raise unless the link may be used: QuoteLapsed, QuoteReplaced, LinkClosed, QuoteNotOpen.

    Once he has submitted, the client comes back by the same link to sign and to send his pieces (A-11), until the
    membership is created and his own space takes over.
    """
    if membership_created or quote.status in {QuoteStatus.DECLINED, QuoteStatus.REFUSED}:
        raise LinkClosed
    if quote.status not in _RUNNING:
        quote.check_open(today)


def session_fingerprint(token: str) -> str:
    """Return what is kept of a guest's token. A signed token has nothing to guess: a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
