"""What goes out of the delivery log."""

from __future__ import annotations

from notifications.domain.message import AttemptOutcome, Channel, MessageState
from plumbing.http import CursorArguments, fields
from plumbing.http.schema import Schema

LONGEST_BODY = 200_000


class MessagesQuery(CursorArguments):
    """Filters of the log."""

    state = fields.Choice(MessageState, load_default=None)
    channel = fields.Choice(Channel, load_default=None)
    kind = fields.Text(max=60, pattern="[a-z_.]+", load_default=None)


class MessageSummary(Schema):
    """A line of the log; the recipient is shortened."""

    id = fields.Id(required=True)
    kind = fields.Text(required=True)
    channel = fields.Choice(Channel, required=True)
    state = fields.Choice(MessageState, required=True)
    state_label = fields.Text(required=True)
    recipient = fields.Text(required=True)
    subject = fields.Text(required=True, min=0, max=1000)
    created_at = fields.Instant(required=True)
    closed_at = fields.Instant(required=True, allow_none=True)
    provider = fields.Text(required=True, allow_none=True)
    failure = fields.Text(required=True, allow_none=True)
    attempts_made = fields.Integer(required=True)


class AttachmentOut(Schema):
    """A document that goes with the message."""

    document_id = fields.Id(required=True)
    filename = fields.Text(required=True)


class AttemptOut(Schema):
    """One try to hand the message over."""

    number = fields.Integer(required=True)
    at = fields.Instant(required=True)
    provider = fields.Text(required=True)
    outcome = fields.Choice(AttemptOutcome, required=True)
    code = fields.Text(required=True, allow_none=True)


class MessageOut(MessageSummary):
    """A message as it was written, its codes and one-time links blanked whether it was sent or not."""

    recipient_name = fields.Text(required=True, min=0, max=600)
    copies = fields.List(fields.Text(), required=True)
    text = fields.Text(required=True, max=LONGEST_BODY, lines=True)
    html = fields.Text(required=True, allow_none=True, max=LONGEST_BODY, lines=True)
    attachments = fields.List(fields.Nested(AttachmentOut()), required=True)
    expires_at = fields.Instant(required=True, allow_none=True)
    provider_message_id = fields.Text(required=True, allow_none=True)
    attempts = fields.List(fields.Nested(AttemptOut()), required=True)
