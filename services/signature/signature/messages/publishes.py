"""The events that signature publishes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema
from signature.domain.ceremony import FailureCause
from signature.domain.refusal import ReasonCode
from signature.domain.sealing import Level
from signature.usecases import announce

EVENTS = EventRegistry("signature")

CODE_TTL = timedelta(minutes=10)
"""How long the sealed part with the code may lie in an outbox: twice the code's own life."""


class CodeRequested(Schema):
    """A code is to be sent by SMS. The code itself is in the sealed part alone."""

    ceremony_id = fields.Id(required=True)
    sequence = fields.Integer(minimum=1, required=True)
    expires_at = fields.Instant(required=True)


class CodeToSend(Schema):
    """The SMS, ready to send."""

    mobile = fields.Mobile(required=True)
    text = fields.Text(max=320, lines=True, required=True)


class _Ceremony(Schema):
    """What every event about a ceremony tells."""

    ceremony_id = fields.Id(required=True)
    subject = fields.Text(max=80, required=True)
    reference = fields.Text(max=8, required=True)
    product_name = fields.Text(max=120, required=True)


class CeremonySigned(_Ceremony):
    """The code was right: the signature is given. The sealed files come later."""

    signed_at = fields.Instant(required=True)


class CeremonyRefused(_Ceremony):
    """The signer refused."""

    refused_at = fields.Instant(required=True)
    reason_code = fields.Choice(ReasonCode, required=True)


class CeremonyFailed(_Ceremony):
    """Too many wrong codes, or no code left to send."""

    failed_at = fields.Instant(required=True)
    cause = fields.Choice(FailureCause, required=True)


class CeremonyExpired(_Ceremony):
    """The signer left and did not come back in time."""

    expired_at = fields.Instant(required=True)


class SealedDocument(Schema):
    """One sealed file: `document_id` is the document that was read, `sealed_document_id` the file to keep."""

    document_id = fields.Id(required=True)
    sealed_document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)


class EnvelopeSealed(_Ceremony):
    """The sealed files and the evidence are stored."""

    sealed_at = fields.Instant(required=True)
    level = fields.Choice(Level, required=True)
    documents = fields.List(fields.Nested(SealedDocument()), min=1, required=True)
    evidence_document_id = fields.Id(required=True)


class SignerToTell(Schema):
    """Whom to write to, the adviser in copy."""

    email = fields.Email(required=True)
    civility = fields.Text(max=20, min=0, required=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)
    broker_email = fields.Email(required=True)


_CEREMONY = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c01"
_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_COMMON = {
    "ceremony_id": _CEREMONY,
    "subject": "subscription:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03",
    "reference": "7K2M9QXA",
    "product_name": "Horizon TNS",
}
_TO_TELL: dict[str, Any] = {
    "sealed": {"notifications": SignerToTell()},
    "sealed_example": {
        "notifications": {
            "email": "julie.moreau@example.org",
            "civility": "Mme",
            "first_name": "Julie",
            "last_name": "Moreau",
            "broker_email": "courtier@lemaire.example",
        }
    },
}

EVENTS.declare(
    announce.CODE_REQUESTED,
    data=CodeRequested(),
    summary="A one-time code must go out by SMS at once",
    example={"ceremony_id": _CEREMONY, "sequence": 1, "expires_at": datetime(2026, 11, 23, 9, 35, tzinfo=UTC)},
    sealed={"notifications": CodeToSend()},
    sealed_example={
        "notifications": {
            "mobile": "+33612345678",
            "text": "Horizon TNS : code de signature 000000 pour 3 documents, réf. 7K2M9QXA. Ne pas communiquer.",
        }
    },
    sealed_ttl=CODE_TTL,
    heard_by=("notifications",),
)
EVENTS.declare(
    announce.SIGNED,
    data=CeremonySigned(),
    summary="The signer's code was accepted",
    example={**_COMMON, "signed_at": _AT},
    heard_by=("quoting",),
)
EVENTS.declare(
    announce.REFUSED,
    data=CeremonyRefused(),
    summary="The signer refused to sign",
    example={**_COMMON, "refused_at": _AT, "reason_code": "changed_mind"},
    heard_by=("quoting", "notifications"),
    **_TO_TELL,
)
EVENTS.declare(
    announce.FAILED,
    data=CeremonyFailed(),
    summary="The ceremony ended after too many wrong codes, or for want of another code",
    example={**_COMMON, "failed_at": _AT, "cause": "wrong_codes"},
    heard_by=("quoting", "notifications"),
    **_TO_TELL,
)
EVENTS.declare(
    announce.EXPIRED,
    data=CeremonyExpired(),
    summary="The ceremony's life ended without a signature",
    example={**_COMMON, "expired_at": _AT},
    heard_by=("quoting", "notifications"),
    **_TO_TELL,
)
EVENTS.declare(
    announce.SEALED,
    data=EnvelopeSealed(),
    summary="Sealed files and evidence are stored",
    example={
        **_COMMON,
        "sealed_at": _AT,
        "level": "PAdES-B-B",
        "documents": [
            {
                "document_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d01",
                "sealed_document_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d02",
                "kind": "signed.bia",
                "title": "Bulletin individuel d’adhésion",
                "sha256": "0" * 64,
            }
        ],
        "evidence_document_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d03",
    },
    heard_by=("quoting", "documents", "notifications"),
    **_TO_TELL,
)
