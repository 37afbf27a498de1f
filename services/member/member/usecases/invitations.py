"""Saying that a one-time link must go out: the secret travels sealed, and nowhere else."""

from __future__ import annotations

from member.domain.accounts import Account
from member.domain.links import OneTimeLink, Purpose
from member.domain.people import Person
from member.domain.secrets import fingerprint
from member.usecases.ports import Secrets, Work
from plumbing.ids import new_id


def send_link(work: Work, *, account: Account, person: Person, purpose: Purpose, secrets: Secrets) -> None:
    """Make a link for the account and have notifications send it to the person's own address."""
    secret = secrets.fresh()
    link = OneTimeLink.issue(
        identifier=new_id(),
        tenant=account.tenant,
        account_id=account.id,
        purpose=purpose,
        secret_hash=fingerprint(secret),
        now=work.now,
    )
    work.links.add(link)
    work.publish(
        "member.account.invited.v1",
        subject=account.id,
        data={"member_id": account.id, "purpose": purpose, "expires_at": link.expires_at},
        sealed={
            "notifications": {
                "email": person.email,
                "civility": person.civility,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "token": secret,
            }
        },
    )


def say_details(work: Work, person: Person) -> None:
    """Tell notifications where to reach a member."""
    work.publish(
        "member.details.changed.v1",
        subject=person.id,
        data={"member_id": person.id},
        sealed={
            "notifications": {
                "email": person.email,
                "mobile": person.mobile,
                "civility": person.civility,
                "first_name": person.first_name,
                "last_name": person.last_name,
            }
        },
    )
