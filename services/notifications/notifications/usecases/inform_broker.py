"""Tell the broker what his client was sent, where the client's mail bears a link that is his alone (F-059)."""

from __future__ import annotations

from dataclasses import replace

from notifications.domain.people import Person
from notifications.usecases.ports import Work, Writer
from notifications.usecases.queue_message import Letter, queue_mail

LINK = "link_secret"


def inform_broker(work: Work, writer: Writer, letter: Letter, *, broker_email: str) -> None:
    """Queue the broker's own message for a client's `letter`: same subject and papers, no link.

    A link opens the client's subscription, so a copy of the client's mail would let its reader act for him.
    """
    if broker_email.lower() == letter.to.email.lower():
        # Somebody who writes to himself has it already.
        return
    facts = {name: fact for name, fact in letter.facts.items() if name != LINK}
    own = replace(
        letter,
        kind=f"{letter.kind}.broker",
        to=Person(broker_email, "", "", letter.adviser.name if letter.adviser else ""),
        facts={**facts, "client": letter.to.name},
        copies=(),
        secrets=(),
    )
    queue_mail(work, writer, own)
