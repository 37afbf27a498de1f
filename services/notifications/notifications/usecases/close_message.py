"""Note what became of a message."""

from __future__ import annotations

from notifications.domain.message import EXPIRED, AttemptOutcome, MessageState
from notifications.usecases.ports import Begin


def record_sent(*, uow: Begin, message_id: str, provider: str, provider_message_id: str) -> None:
    """The provider took it. One that was given up while it was being sent stays given up."""
    with uow() as work:
        message = work.messages.get(message_id)
        if message.state is MessageState.QUEUED:
            message.record_sent(now=work.now, provider=provider, provider_message_id=provider_message_id)
        work.commit()


def record_refused(*, uow: Begin, message_id: str, provider: str, code: str) -> None:
    """The provider will never take it."""
    with uow() as work:
        message = work.messages.get(message_id)
        if message.state is MessageState.QUEUED:
            message.record_failure(now=work.now, code=code, provider=provider)
            work.web_copies.forget(message_id)
        work.commit()


def record_attempt(*, uow: Begin, message_id: str, provider: str, code: str) -> None:
    """Something stood in the way for now; the message stays queued."""
    with uow() as work:
        message = work.messages.get(message_id)
        message.note_attempt(now=work.now, provider=provider, outcome=AttemptOutcome.UNREACHABLE, code=code)
        work.commit()


def give_up_if_too_old(*, uow: Begin, message_id: str) -> bool:
    """Give the message up when its life is over, and say whether it is closed."""
    with uow() as work:
        message = work.messages.get(message_id)
        if message.state is MessageState.QUEUED and message.is_too_old(work.now):
            message.record_failure(now=work.now, code=EXPIRED)
            work.web_copies.forget(message_id)
            work.commit()
        return message.state is not MessageState.QUEUED
