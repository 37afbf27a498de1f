"""Send a one-time link to choose a password (F-006)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from notifications.domain.people import Person
from notifications.usecases.ports import Begin, Writer
from notifications.usecases.queue_message import Letter, queue_mail
from notifications.usecases.record_contact import remember


class Purpose(StrEnum):
    """Why the link is sent; each has its template."""

    OPENING = "opening"
    RESET = "reset"


def invite_account(
    *,
    uow: Begin,
    writer: Writer,
    event_id: str,
    member_id: str,
    person: Person,
    purpose: Purpose,
    token: str,
    expires_at: datetime,
    said_at: datetime,
) -> None:
    """Queue the mail with the link; past `expires_at` it is not sent any more."""
    with uow() as work:
        remember(work, member_id=member_id, person=person, mobile=None, as_of=said_at)
        letter = Letter(
            kind=f"account.{purpose}",
            event_id=event_id,
            to=person,
            facts={"token": token, "expires_at": expires_at},
            secrets=[token],
            expires_at=expires_at,
        )
        queue_mail(work, writer, letter)
        work.commit()
