"""Tell the client that his signature did not come about, his adviser and the managers in copy (F-119)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from notifications.domain.people import Person
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail


class CeremonyEnd(StrEnum):
    """How a ceremony ends without a signature; each has its template."""

    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"
    ON_PAPER = "on_paper"


@dataclass(frozen=True)
class Signer:
    """Who was to sign, for which subscription and product, and whose client he is."""

    person: Person
    subscription_id: str | None
    product_name: str
    broker_email: str
    co_signer_emails: tuple[str, ...] = ()


def report_ceremony_end(*, uow: Begin, writer: Writer, event_id: str, end: CeremonyEnd, signer: Signer) -> None:
    """Queue the failure mail. Nothing else goes out for an unfinished signature (F-115)."""
    with uow() as work:
        quote = work.quotes.of_subscription(signer.subscription_id) if signer.subscription_id else None
        if quote is not None and end is CeremonyEnd.REFUSED:
            # The client said no: his link opens nothing any more.
            quote.link_secret = None
        letter = Letter(
            kind=f"ceremony.{end}",
            event_id=event_id,
            to=signer.person,
            adviser=quote.adviser if quote else None,
            copies=[signer.broker_email, *signer.co_signer_emails, writer.insurer(work.tenant).back_office],
            facts={
                "product_name": signer.product_name,
                # Those of a subscription: the mail that brings them follows. Others' are their own service's to send.
                "papers_follow": signer.subscription_id is not None,
            },
        )
        queue_mail(work, writer, letter)
        work.commit()
