"""The events of a quote's end, beside the others in `publishes`: its link opens nothing any more."""

from __future__ import annotations

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema

_ENDED = {
    "quote_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03",
    "subscription_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a04",
    "number": "RIS-0000000033",
    "version": 1,
    "broker_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02",
}


class QuoteEnded(Schema):
    """A version of a quote that can no longer be subscribed."""

    quote_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    version = fields.Integer(minimum=1, required=True)
    broker_id = fields.Id(required=True)


class QuoteReplaced(QuoteEnded):
    """The next version took its place; `replaced_by` is that one's id."""

    replaced_by = fields.Id(required=True)


def declare_quote_ends(events: EventRegistry) -> None:
    """Declare them. No row asks for a message: the agenda tells the broker, the next version's mail the client."""
    events.declare(
        "quoting.quote.replaced.v1",
        data=QuoteReplaced(),
        summary="A modified quote took this version's place",
        example={**_ENDED, "replaced_by": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a09"},
        audience="optional",
        heard_by=("notifications",),
    )
    events.declare(
        "quoting.quote.expired.v1",
        data=QuoteEnded(),
        summary="The last valid day is over and nobody subscribed",
        example=_ENDED,
        audience="optional",
        heard_by=("notifications",),
    )
    events.declare(
        "quoting.quote.declined.v1",
        data=QuoteEnded(),
        summary="The client chose not to sign",
        example=_ENDED,
        audience="optional",
        heard_by=("notifications",),
    )
