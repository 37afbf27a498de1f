"""Ask a client who signs by hand for the papers to sign and return, and for his pieces (F-122, F-123)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notifications.domain.message import Attachment
from notifications.domain.people import Adviser, Person
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.record_subscription import QuoteUnknown

# What goes along and is returned signed; the advice sheet is read, and kept by the client.
_TO_SIGN = frozenset({"bia", "mandate"})


@dataclass(frozen=True)
class PaperToReturn:
    """A paper of the application."""

    document_id: str
    kind: str
    title: str

    @property
    def attachment(self) -> Attachment:
        return Attachment(self.document_id, f"{self.title}.pdf")


@dataclass(frozen=True)
class HandSigner:
    """Who signs by hand, who advises him, and which pieces he sends along."""

    person: Person
    adviser: Adviser
    pieces: Sequence[str]
    if_needed: Sequence[str]


def ask_for_papers(
    *,
    uow: Begin,
    writer: Writer,
    event_id: str,
    subscription_id: str,
    product_name: str,
    signer: HandSigner,
    papers: Sequence[PaperToReturn],
) -> None:
    """Queue the mail, the adviser in copy, so without the client's link; `QuoteUnknown` when a retry may mend it."""
    with uow() as work:
        quote = work.quotes.of_subscription(subscription_id)
        if quote is None:
            raise QuoteUnknown(f"of subscription {subscription_id}")
        letter = Letter(
            kind="membership.to_return",
            event_id=event_id,
            to=signer.person,
            adviser=signer.adviser,
            copies=[signer.adviser.email] if signer.adviser.email else [],
            facts={
                "product_name": product_name,
                "number": quote.number,
                "titles": [paper.title for paper in papers if paper.kind in _TO_SIGN],
                "pieces": signer.pieces,
                "if_needed": signer.if_needed,
            },
            attachments=[*(paper.attachment for paper in papers), *quote.papers],
        )
        queue_mail(work, writer, letter)
        work.commit()
