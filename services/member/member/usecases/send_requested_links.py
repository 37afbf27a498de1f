"""Find whom a request for a link means and send the links; nobody waits for this, so nobody can time it."""

from __future__ import annotations

from member.domain.accounts import AccountState
from member.domain.links import Purpose
from member.usecases.invitations import send_link
from member.usecases.ports import Closing, Directory, Secrets, Units


def send_requested_links(
    *,
    closed_identifier: str,
    tenant: str | None,
    units: Units,
    directory: Directory,
    closing: Closing,
    secrets: Secrets,
) -> int:
    """Have a link sent to every open account meant by the identifier; returns how many, 0 when there is none.

    An e-mail known to two mutuelles gets one link from each: what is sent to its holder tells nobody else anything.
    Each goes in a transaction of its own mutuelle. Done again after a crash, it sends another link; using either one
    uses up both.
    """
    sent = 0
    for candidate in directory.candidates(closing.open(closed_identifier), tenant):
        with units.for_tenant(candidate.tenant)() as work:
            account = work.accounts.for_change(candidate.account_id)
            if account.state is AccountState.CLOSED:
                continue
            send_link(work, account=account, person=work.people.get(account.id), purpose=Purpose.RESET, secrets=secrets)
            work.commit()
        sent += 1
    return sent
