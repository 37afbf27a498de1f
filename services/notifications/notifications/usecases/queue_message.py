"""Write a message and have it sent: the one way a message comes to be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifications.domain.message import Attachment, Channel, Message
from notifications.domain.people import Adviser, Person
from notifications.usecases.ports import Work, Writer
from plumbing.ids import new_id

SEND = "send_message"
WEB_VERSION_LIFE = timedelta(days=90)
"""How long a mail can be read in a browser, unless what it is about ends before."""

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Letter:
    """What is to be said to whom. `secrets` are the parts of `facts` that are blanked once the message is closed."""

    kind: str
    event_id: str
    to: Person
    facts: Mapping[str, object]
    adviser: Adviser | None = None
    copies: Sequence[str] = ()
    secrets: Sequence[str] = ()
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    expires_at: datetime | None = None


def queue_mail(work: Work, writer: Writer, letter: Letter) -> Message:
    """Queue an e-mail inside the caller's transaction, and keep its web version (F-064)."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    content = writer.write(
        letter.kind,
        Channel.EMAIL,
        tenant=work.tenant,
        greeting=letter.to.greeting,
        adviser=letter.adviser,
        facts={**letter.facts, "web_token": token},
    )
    message_id = new_id()
    life_ends = work.now + WEB_VERSION_LIFE
    expires_at = min(letter.expires_at, life_ends) if letter.expires_at else life_ends
    work.web_copies.add(message_id=message_id, token=token, html=content.html or "", expires_at=expires_at)
    return _queue(
        work,
        Message(
            id=message_id,
            kind=letter.kind,
            channel=Channel.EMAIL,
            recipient=letter.to.email,
            recipient_name=letter.to.name,
            # Somebody who writes to himself needs no copy.
            copies=[copy for copy in letter.copies if copy.lower() != letter.to.email.lower()],
            subject=content.subject,
            text=content.text,
            html=content.html,
            # The log is read by managers: whoever has the token reads the mail with all that it holds.
            secrets=[*letter.secrets, token],
            attachments=list(letter.attachments),
            expires_at=letter.expires_at,
            event_id=letter.event_id,
            created_at=work.now,
        ),
    )


def queue_sms(work: Work, writer: Writer, letter: Letter, *, mobile: str) -> Message:
    """Queue an SMS to a number in international form inside the caller's transaction."""
    content = writer.write(
        letter.kind, Channel.SMS, tenant=work.tenant, greeting="", adviser=letter.adviser, facts=letter.facts
    )
    return _queue(
        work,
        Message(
            id=new_id(),
            kind=letter.kind,
            channel=Channel.SMS,
            recipient=mobile,
            subject="",
            text=content.text,
            html=None,
            secrets=list(letter.secrets),
            expires_at=letter.expires_at,
            event_id=letter.event_id,
            created_at=work.now,
        ),
    )


def _queue(work: Work, message: Message) -> Message:
    work.messages.add(message)
    work.schedule(SEND, {"message_id": message.id}, key=f"{SEND}:{message.id}")
    return message
