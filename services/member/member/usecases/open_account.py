"""Make the client's account when his subscription is submitted (F-351)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from member.domain.accounts import Account
from member.domain.people import Details, Subscription
from member.usecases.invitations import say_details
from member.usecases.members import complete, member_for
from member.usecases.ports import Uow, Work


@dataclass(frozen=True)
class SubmittedSubscription:
    """What quoting says when the client has validated his payment details."""

    id: str
    person_id: str
    submitted_on: date
    signature_mode: str
    teletransmission: bool
    marketing_objection: bool
    details: Details


def open_account(*, submitted: SubmittedSubscription, uow: Uow) -> None:
    """Record the subscription and link it to an account, invited until its holder chooses a password.

    Heard twice, the second time changes nothing; heard after the contract, it only completes what is known.
    """
    with uow() as work:
        known = work.subscriptions.get(submitted.id)
        if known is not None and known.details is not None:
            return
        if known is None:
            account = member_for(work, submitted.details)
            work.subscriptions.add(_record(submitted, account))
        else:
            account = work.accounts.for_change(known.member_id)
            _fill_in(known, submitted)
            _take(work, account, submitted.details)
        work.commit()


def _record(submitted: SubmittedSubscription, account: Account) -> Subscription:
    subscription = Subscription(submitted.id, account.tenant, account.id)
    _fill_in(subscription, submitted)
    return subscription


def _fill_in(subscription: Subscription, submitted: SubmittedSubscription) -> None:
    subscription.person_id = submitted.person_id
    subscription.submitted_on = submitted.submitted_on
    subscription.signature_mode = submitted.signature_mode
    subscription.teletransmission = submitted.teletransmission
    subscription.marketing_objection = submitted.marketing_objection
    subscription.details = submitted.details


def _take(work: Work, account: Account, details: Details) -> None:
    # The login was given out with the contract; a later word on the e-mail does not move it.
    present = work.people.get(account.id)
    if complete(work, account, replace(details, email=present.email)):
        say_details(work, present)
