"""Tell the client that his signature waits for his adviser, or goes on thanks to him; adviser and managers in copy."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.report_ceremony_end import Signer


class CeremonyPause(StrEnum):
    """What holds a ceremony up or lets it go on; each has its template."""

    BLOCKED = "blocked"
    RELIEVED = "relieved"


def report_ceremony_pause(
    *,
    uow: Begin,
    writer: Writer,
    event_id: str,
    pause: CeremonyPause,
    signer: Signer,
    facts: Mapping[str, object],
) -> None:
    """Queue the mail: one a pause, to all of them at once."""
    with uow() as work:
        quote = work.quotes.of_subscription(signer.subscription_id) if signer.subscription_id else None
        letter = Letter(
            kind=f"ceremony.{pause}",
            event_id=event_id,
            to=signer.person,
            adviser=quote.adviser if quote else None,
            copies=[signer.broker_email, *signer.co_signer_emails, writer.insurer(work.tenant).back_office],
            facts={**facts, "product_name": signer.product_name},
        )
        queue_mail(work, writer, letter)
        work.commit()
