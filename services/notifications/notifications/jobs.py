"""What notifications does outside a request: sending, and giving up what is too old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog

from notifications.adapters import queries
from notifications.adapters.web_copies import forget_expired
from notifications.domain.message import Message, MessageState
from notifications.usecases.close_message import (
    give_up_if_too_old,
    record_attempt,
    record_refused,
    record_sent,
)
from notifications.usecases.forget_links import forget_links
from notifications.usecases.ports import File, Outgoing, Refused, Unreachable
from notifications.usecases.queue_message import SEND
from plumbing.clock import paris_date
from plumbing.consumer import Context
from plumbing.errors import Permanent
from plumbing.http.clients import ServiceError
from plumbing.jobs import Job, Jobs

JOBS = Jobs("notifications")
DOCUMENTS = "documents"

log = structlog.get_logger()


@JOBS.handles(SEND)
def send_message(job: Job, context: Context) -> None:
    """Fetch the attachments, hand the message to its provider, then note it as sent.

    Killed between the last two, it is sent again when it is run again: no mail server can be asked whether it has a
    message. Both copies bear the same Message-ID, by which mail readers show one.
    """
    services = context.services
    with services.units.reading(job.tenant) as session:
        message = queries.message(session, job.payload["message_id"])
    if message.state is not MessageState.QUEUED:
        return
    if message.is_too_old(services.clock.now()):
        give_up_if_too_old(uow=context.uow, message_id=message.id)
        return
    # The attempt is noted in a transaction of its own: the job's one is for the outcome.
    aside = services.units.for_tenant(job.tenant)
    outgoing = _outgoing(message, job.tenant, services, aside)
    provider = services.providers[message.channel]
    try:
        provider_message_id = provider.send(outgoing)
    except Refused as refusal:
        record_refused(uow=context.uow, message_id=message.id, provider=provider.name, code=refusal.code)
    except Unreachable as failure:
        record_attempt(uow=aside, message_id=message.id, provider=provider.name, code=failure.code)
        raise
    else:
        record_sent(
            uow=context.uow,
            message_id=message.id,
            provider=provider.name,
            provider_message_id=provider_message_id,
        )


def _outgoing(message: Message, tenant: str, services: Any, aside: Callable[[], Any]) -> Outgoing:
    insurer = services.writer.insurer(tenant)
    return Outgoing(
        message_id=f"{message.id}@{insurer.sender.partition('@')[2]}",
        sender=insurer.sender,
        sender_name=insurer.name,
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        copies=tuple(message.copies),
        content=message.content,
        files=tuple(_files(message, tenant, services, aside)),
    )


def _files(message: Message, tenant: str, services: Any, aside: Callable[[], Any]) -> list[File]:
    try:
        files = []
        for attachment in message.attachments:
            media_type, content = services.documents.fetch(attachment.document_id, tenant=tenant)
            files.append(File(attachment.filename, media_type, content))
    except ServiceError as failure:
        code = str(failure.status or failure.code)
        record_attempt(uow=aside, message_id=message.id, provider=DOCUMENTS, code=code)
        if failure.permanent:
            raise Permanent(f"an attachment cannot be had: {failure.status} {failure.code}") from failure
        raise
    return files


@JOBS.cron("give_up_old_messages", every=timedelta(minutes=1))
def give_up_old_messages(_job: Job, context: Context) -> None:
    """A code or link whose life is over is blanked although its message is still waiting for its turn."""
    services = context.services
    for tenant, message_id in queries.too_old(services.engine, services.clock.now()):
        give_up_if_too_old(uow=services.units.for_tenant(tenant), message_id=message_id)


@JOBS.cron("forget_web_versions", daily_at="00:20")
def forget_web_versions(_job: Job, context: Context) -> None:
    """What can no longer be opened is not kept."""
    log.info("web_versions_forgotten", count=forget_expired(context.services.engine, context.services.clock.now()))


@JOBS.cron("forget_links", daily_at="00:10")
def forget_links_of_old_quotes(_job: Job, context: Context) -> None:
    """The link of a quote that can no longer be accepted is nobody's business."""
    services = context.services
    for tenant in queries.tenants_with_lapsed_links(services.engine, paris_date(services.clock.now())):
        log.info("links_forgotten", tenant=tenant, count=forget_links(uow=services.units.for_tenant(tenant)))
