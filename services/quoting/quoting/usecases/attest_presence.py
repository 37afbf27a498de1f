"""Record that a broker attests that his client is at his side, which lets him subscribe with him (F-065, A-09)."""

from __future__ import annotations

from plumbing.errors import NotFound
from quoting.domain.membership_file import FileStatus
from quoting.domain.subscription import Assistance
from quoting.usecases.open_guest_session import check_link
from quoting.usecases.ports import Uow


def check_assistance(*, uow: Uow, subscription_id: str, broker_id: str) -> None:
    """Raise unless this broker may assist now: NotFound("subscription") for another's client, or as for a link."""
    with uow() as work:
        quote = work.quotes.of_subscription(subscription_id)
        if quote.broker_id != broker_id:
            raise NotFound("subscription", subscription_id)
        file = work.files.of_subscription(subscription_id)
        created = file is not None and file.status is FileStatus.CREATED
        check_link(quote, today=work.today, membership_created=created)


def attest_presence(*, uow: Uow, subscription_id: str, broker_id: str, session: str) -> Assistance:
    """Keep who attested and when, with the fingerprint of the session that is opened for it."""
    with uow() as work:
        assistance = work.attestations.add(subscription_id=subscription_id, broker_id=broker_id, session=session)
        work.commit()
    return assistance
