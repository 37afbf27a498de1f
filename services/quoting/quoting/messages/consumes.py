"""The events that quoting hears, and the little it reads of them."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE

from plumbing.consumer import Context, Event, Subscriptions
from plumbing.http import fields
from plumbing.http.schema import Schema
from quoting.domain.pieces import ANY_PIECE
from quoting.domain.subscription import SealedPaper, SignatureState
from quoting.usecases.receive_piece import receive_piece
from quoting.usecases.record_member_contract import record_member_contract
from quoting.usecases.record_signature import record_on_paper, record_sealed, record_signed, record_unsigned

SUBSCRIPTIONS = Subscriptions("quoting")

_SUBSCRIPTION = "subscription:"
_ON_PAPER = "on_paper"


class _Read(Schema):
    """Another service's words: what we do not read is left aside."""

    class Meta:
        unknown = EXCLUDE


class CeremonyEnded(_Read):
    """What we read of a ceremony that ended unsigned."""

    ceremony_id = fields.Id(required=True)
    subject = fields.Text(max=80, required=True)


class CeremonyFailed(CeremonyEnded):
    """What we read of signature.ceremony.failed.v1."""

    cause = fields.Text(max=40, required=True)


class CeremonySigned(CeremonyEnded):
    """What we read of signature.ceremony.signed.v1."""

    reference = fields.Text(max=40, required=True)
    signed_at = fields.Instant(required=True)


class SealedDocument(_Read):
    """One sealed file."""

    sealed_document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)


class EnvelopeSealed(_Read):
    """What we read of signature.envelope.sealed.v1."""

    subject = fields.Text(max=80, required=True)
    sealed_at = fields.Instant(required=True)
    documents = fields.List(fields.Nested(SealedDocument()), required=True)
    evidence_document_id = fields.Id(required=True)


class DocumentStored(_Read):
    """What we read of documents.document.stored.v1."""

    document_id = fields.Id(required=True)
    subject = fields.Text(max=120, required=True)


class KindSent(_Read):
    """What was sent, sealed for us: a piece may tell of somebody's health."""

    kind = fields.Text(max=80, required=True, allow_none=True)


class ContractChanged(_Read):
    """What we read of member.contract.changed.v1."""

    subscription_id = fields.Id(required=True, allow_none=True)
    member_id = fields.Id(required=True)


@SUBSCRIPTIONS.on("signature.ceremony.signed.v1", schema=CeremonySigned())
def ceremony_signed(event: Event, context: Context) -> None:
    """The client signed."""
    subscription_id = _subscription_of(event.data)
    if subscription_id is not None:
        record_signed(
            uow=context.uow,
            subscription_id=subscription_id,
            ceremony_id=event.data["ceremony_id"],
            reference=event.data["reference"],
            signed_at=event.data["signed_at"],
        )


@SUBSCRIPTIONS.on("signature.ceremony.refused.v1", schema=CeremonyEnded())
def ceremony_refused(event: Event, context: Context) -> None:
    """The client refused to sign."""
    _ended(event, context, SignatureState.REFUSED)


@SUBSCRIPTIONS.on("signature.ceremony.failed.v1", schema=CeremonyFailed())
def ceremony_failed(event: Event, context: Context) -> None:
    """Too many wrong codes, or none left; or the adviser goes on with paper."""
    subscription_id = _subscription_of(event.data)
    if event.data["cause"] != _ON_PAPER:
        _ended(event, context, SignatureState.FAILED)
    elif subscription_id is not None:
        record_on_paper(uow=context.uow, subscription_id=subscription_id, ceremony_id=event.data["ceremony_id"])


@SUBSCRIPTIONS.on("signature.ceremony.expired.v1", schema=CeremonyEnded())
def ceremony_expired(event: Event, context: Context) -> None:
    """The client left and did not come back in time."""
    _ended(event, context, SignatureState.EXPIRED)


@SUBSCRIPTIONS.on("signature.envelope.sealed.v1", schema=EnvelopeSealed())
def envelope_sealed(event: Event, context: Context) -> None:
    """The sealed papers and their evidence are stored."""
    subscription_id = _subscription_of(event.data)
    if subscription_id is not None:
        record_sealed(
            uow=context.uow,
            subscription_id=subscription_id,
            papers=tuple(
                SealedPaper(each["sealed_document_id"], each["kind"], each["title"], each["sha256"])
                for each in event.data["documents"]
            ),
            evidence_document_id=event.data["evidence_document_id"],
            sealed_at=event.data["sealed_at"],
        )


@SUBSCRIPTIONS.on("documents.document.stored.v1", schema=DocumentStored(), sealed=KindSent())
def document_stored(event: Event, context: Context) -> None:
    """A supporting document came in; other documents are no business of ours."""
    subscription_id = _subscription_of(event.data)
    kind = event.sealed["kind"] or ""
    if subscription_id is not None and kind.startswith(ANY_PIECE):
        receive_piece(
            uow=context.uow,
            subscription_id=subscription_id,
            document_id=event.data["document_id"],
            kind=kind,
        )


@SUBSCRIPTIONS.on("member.contract.changed.v1", schema=ContractChanged())
def contract_changed(event: Event, context: Context) -> None:
    """Member has the contract."""
    subscription_id = event.data["subscription_id"]
    if subscription_id is not None:
        record_member_contract(uow=context.uow, subscription_id=subscription_id, member_id=event.data["member_id"])


def _ended(event: Event, context: Context, outcome: SignatureState) -> None:
    subscription_id = _subscription_of(event.data)
    if subscription_id is not None:
        record_unsigned(
            uow=context.uow,
            subscription_id=subscription_id,
            ceremony_id=event.data["ceremony_id"],
            outcome=outcome,
        )


def _subscription_of(data: Any) -> str | None:
    """Return the subscription that a subject names; savings have ceremonies and documents of their own."""
    subject: str = data["subject"]
    return subject.removeprefix(_SUBSCRIPTION) if subject.startswith(_SUBSCRIPTION) else None
