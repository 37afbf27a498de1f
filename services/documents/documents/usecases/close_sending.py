"""A claim was submitted: the files gathered for it so far are one sending, later ones another (F-206, F-213)."""

from __future__ import annotations

from collections.abc import Callable

from documents.usecases.ports import Work


def close_sending(*, claim_id: str, uow: Callable[[], Work]) -> None:
    """Close what is open for the claim; nothing when nothing is."""
    with uow() as work:
        for sending in work.sendings.all_open(f"claim:{claim_id}"):
            sending.close(work.now)
        work.commit()
