"""Keep how to reach a member."""

from __future__ import annotations

from datetime import datetime

from notifications.domain.people import Contact, Person
from notifications.usecases.ports import Begin, Work


class ContactUnknown(Exception):
    """Nobody said yet how to reach this member; his details may come with the next event."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"no contact of member {member_id}")


def record_contact(*, uow: Begin, member_id: str, person: Person, mobile: str | None, said_at: datetime) -> None:
    """Keep the newest details."""
    with uow() as work:
        remember(work, member_id=member_id, person=person, mobile=mobile, as_of=said_at)
        work.commit()


def remember(work: Work, *, member_id: str, person: Person, mobile: str | None, as_of: datetime) -> Contact:
    """Keep the details inside the caller's transaction, unless newer ones are known."""
    contact = work.contacts.find(member_id)
    if contact is None:
        contact = Contact(
            member_id=member_id,
            email=person.email,
            civility=person.civility,
            first_name=person.first_name,
            last_name=person.last_name,
            mobile=mobile,
            as_of=as_of,
        )
        work.contacts.add(contact)
    else:
        contact.update(person, mobile=mobile, as_of=as_of)
    return contact


def contact_of(work: Work, member_id: str) -> Contact:
    """Return how to reach a member; `ContactUnknown`, which a retry may mend, when nothing is known."""
    contact = work.contacts.find(member_id)
    if contact is None:
        raise ContactUnknown(member_id)
    return contact
