"""The events that signature hears, and the little it reads of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE

from plumbing.consumer import Context, Event, Subscriptions
from plumbing.errors import Permanent
from plumbing.http import fields
from plumbing.http.schema import Schema
from signature.domain.manifest import EnvelopeDocument, EnvelopeEmpty
from signature.domain.signer import Adviser, Identity, IdentityIncomplete
from signature.usecases.open_ceremony import AlreadyOpen, open_ceremony

SUBSCRIPTIONS = Subscriptions("signature")


class _Read(Schema):
    """Another service's words: what we do not read is left aside."""

    class Meta:
        unknown = EXCLUDE


class DocumentToSign(_Read):
    """One stored document of the envelope; the order of the list is the order of reading."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)
    size = fields.Integer(minimum=1, required=True)
    pages = fields.Integer(minimum=1, load_default=None, allow_none=True)


class ReadyToSign(_Read):
    """What we read of quoting.subscription.ready_to_sign.v1."""

    subscription_id = fields.Id(required=True)
    quote_number = fields.Text(max=40, required=True)
    broker_id = fields.Id(load_default=None, allow_none=True)
    product_name = fields.Text(max=120, required=True)
    documents = fields.List(fields.Nested(DocumentToSign()), required=True)


class CoSigner(_Read):
    """Who signs after the subscriber, as for a joint contract."""

    civility = fields.Text(max=20, min=0, load_default="", allow_none=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    email = fields.Email(required=True)
    mobile = fields.Mobile(required=True)


class Subscriber(_Read):
    """Who signs and who advises, sealed for us."""

    civility = fields.Text(max=20, min=0, load_default="", allow_none=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    email = fields.Email(required=True)
    mobile = fields.Mobile(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(max=30, min=0, load_default="", allow_none=True)
    broker_email = fields.Email(required=True)
    co_signers = fields.List(fields.Nested(CoSigner()), load_default=list)


@SUBSCRIPTIONS.on("quoting.subscription.ready_to_sign.v1", schema=ReadyToSign(), sealed=Subscriber())
def subscription_ready_to_sign(event: Event, context: Context) -> None:
    """The documents are stored: open the ceremony."""
    try:
        open_ceremony(
            uow=context.uow,
            subject=f"subscription:{event.data['subscription_id']}",
            product_name=event.data["product_name"],
            quote_number=event.data["quote_number"],
            documents=tuple(_document(place, each) for place, each in enumerate(event.data["documents"], start=1)),
            identities=[_identity(each) for each in (event.sealed, *event.sealed["co_signers"])],
            adviser=Adviser(
                name=event.sealed["broker_name"],
                phone=event.sealed["broker_phone"] or "",
                email=event.sealed["broker_email"],
                id=event.data["broker_id"] or "",
            ),
            provider=context.services.config.provider,
        )
    except (EnvelopeEmpty, IdentityIncomplete, AlreadyOpen) as refusal:
        raise Permanent(f"{type(refusal).__name__}: {refusal}") from refusal


def _document(position: int, facts: Mapping[str, Any]) -> EnvelopeDocument:
    return EnvelopeDocument(
        document_id=facts["document_id"],
        position=position,
        kind=facts["kind"],
        title=facts["title"],
        sha256=facts["sha256"].lower(),
        size=facts["size"],
        pages=facts["pages"],
    )


def _identity(sealed: Mapping[str, Any]) -> Identity:
    return Identity(
        civility=sealed["civility"] or "",
        first_name=sealed["first_name"],
        last_name=sealed["last_name"],
        email=sealed["email"],
        mobile=sealed["mobile"],
    )
