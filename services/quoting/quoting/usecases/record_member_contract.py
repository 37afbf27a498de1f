"""Note that member keeps the contract from now on, and under which member."""

from __future__ import annotations

from quoting.usecases.ports import Uow


def record_member_contract(*, uow: Uow, subscription_id: str, member_id: str) -> None:
    """Note the member of a file; a contract that did not come from a file here changes nothing."""
    with uow() as work:
        file = work.files.of_subscription(subscription_id)
        if file is not None:
            file.member_id = member_id
        work.commit()
