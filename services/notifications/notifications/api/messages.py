"""The delivery log, for managers."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from notifications.adapters import queries
from notifications.adapters.queries import Filter
from notifications.api.schemas import MessageOut, MessagesQuery, MessageSummary
from notifications.domain.message import Channel, Message, MessageState
from plumbing.http import Blueprint, current_actor, cut_page, page_of, page_schema, requires, services

messages = Blueprint("messages", __name__, description="Journal des envois")

STATES = {MessageState.QUEUED: "À envoyer", MessageState.SENT: "Envoyé", MessageState.FAILED: "Non envoyé"}


@messages.route("/messages")
class Messages(MethodView):
    @requires("manager")
    @messages.arguments(MessagesQuery(), location="query")
    @messages.response(200, page_schema(MessageSummary()))
    def get(self, query: dict[str, Any]) -> Any:
        """Les e-mails et SMS de la mutuelle, du plus récent au plus ancien."""
        wanted = Filter(state=query["state"], channel=query["channel"], kind=query["kind"])
        after = query["cursor"][0] if query["cursor"] else None
        with services().units.reading(current_actor().tenant) as session:
            rows = queries.messages(session, wanted, after=after, limit=query["limit"] + 1)
        page, next_cursor = cut_page(rows, query["limit"], lambda message: (message.id,))
        return page_of([_summary(message) for message in page], next_cursor)


@messages.route("/messages/<id:message_id>")
class OneMessage(MethodView):
    @requires("manager")
    @messages.response(200, MessageOut())
    def get(self, message_id: str) -> Any:
        """Un message et ses tentatives d’envoi; codes et liens à usage unique y sont masqués."""
        with services().units.reading(current_actor().tenant) as session:
            return _whole(queries.message(session, message_id))


def _summary(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind,
        "channel": message.channel,
        "state": message.state,
        "state_label": STATES[message.state],
        "recipient": shortened(message.channel, message.recipient),
        "subject": message.readable_content.subject,
        "created_at": message.created_at,
        "closed_at": message.closed_at,
        "provider": message.provider,
        "failure": message.failure,
        "attempts_made": len(message.attempts),
    }


def _whole(message: Message) -> dict[str, Any]:
    content = message.readable_content
    return {
        **_summary(message),
        "recipient": message.recipient,
        "recipient_name": message.recipient_name,
        "copies": message.copies,
        "text": content.text,
        "html": content.html,
        "attachments": message.attachments,
        "expires_at": message.expires_at,
        "provider_message_id": message.provider_message_id,
        "attempts": message.attempts,
    }


def shortened(channel: Channel, recipient: str) -> str:
    """Return enough of an address to recognise it: « a•••@client.example », « +336•••78 »."""
    if channel is Channel.SMS:
        return f"{recipient[:4]}•••{recipient[-2:]}"
    local, _, domain = recipient.rpartition("@")
    return f"{local[:1]}•••@{domain}"
