"""The events that signature publishes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema
from signature.domain.refusal import ReasonCode
from signature.domain.relief import ReliefKind
from signature.domain.sealing import Level
from signature.domain.steps import FailureCause
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


class CeremonyBlocked(_Ceremony):
    """The codes of a round lapsed: the signer goes no further unless his adviser does something until `expires_at`."""

    blocked_at = fields.Instant(required=True)
    expires_at = fields.Instant(required=True)


class CeremonyRelieved(_Ceremony):
    """The adviser gave another round of codes, or confirmed another number."""

    relieved_at = fields.Instant(required=True)
    kind = fields.Choice((ReliefKind.AGAIN, ReliefKind.OTHER_MOBILE), required=True)
    expires_at = fields.Instant(required=True)


class CeremonySigned(_Ceremony):
    """The last signer's code was right: the signature is given. The sealed files come later."""

    signed_at = fields.Instant(required=True)


class CeremonyRefused(_Ceremony):
    """A signer refused, the envelope or one document of it; either way nothing is signed."""

    refused_at = fields.Instant(required=True)
    reason_code = fields.Choice(ReasonCode, required=True)
    document_id = fields.Id(allow_none=True)


class CeremonyFailed(_Ceremony):
    """Too many wrong codes, no code left to send, or the adviser goes on with paper."""

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


class EvidenceReleased(Schema):
    """Two managers agreed that one of them gets an evidence."""

    ceremony_id = fields.Id(required=True)
    evidence_document_id = fields.Id(required=True)
    manager_id = fields.Text(max=80, required=True)
    released_at = fields.Instant(required=True)


class CeremonyPurged(Schema):
    """Nothing personal is left of this ceremony here. `document_ids` are what it had stored: sealed files, evidence."""

    ceremony_id = fields.Id(required=True)
    subject = fields.Text(max=80, required=True)
    document_ids = fields.List(fields.Id(), required=True)
    purged_at = fields.Instant(required=True)


class SignerToTell(Schema):
    """Whom to write to, the adviser and the other signers in copy."""

    email = fields.Email(required=True)
    civility = fields.Text(max=20, min=0, required=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)
    broker_email = fields.Email(required=True)
    co_signer_emails = fields.List(fields.Email())


class SignerRelieved(SignerToTell):
    """The same, with the number that the next code goes to."""

    mobile_masked = fields.Text(max=20, required=True)


_CEREMONY = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1c01"
_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_COMMON = {
    "ceremony_id": _CEREMONY,
    "subject": "subscription:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03",
    "reference": "7K2M9QXA",
    "product_name": "Horizon TNS",
}
_JULIE = {
    "email": "julie.moreau@example.org",
    "civility": "Mme",
    "first_name": "Julie",
    "last_name": "Moreau",
    "broker_email": "courtier@lemaire.example",
    "co_signer_emails": [],
}
_TO_TELL: dict[str, Any] = {
    "sealed": {"notifications": SignerToTell()},
    "sealed_example": {"notifications": _JULIE},
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
    announce.BLOCKED,
    data=CeremonyBlocked(),
    summary="The codes were sent in vain: the signer waits for his adviser",
    example={**_COMMON, "blocked_at": _AT, "expires_at": _AT + timedelta(hours=72)},
    heard_by=("notifications",),
    **_TO_TELL,
)
EVENTS.declare(
    announce.RELIEVED,
    data=CeremonyRelieved(),
    summary="The adviser has more codes sent, or confirmed another number",
    example={**_COMMON, "relieved_at": _AT, "kind": "other_mobile", "expires_at": _AT + timedelta(hours=24)},
    heard_by=("notifications",),
    sealed={"notifications": SignerRelieved()},
    sealed_example={"notifications": {**_JULIE, "mobile_masked": "06 •• •• •• 78"}},
)
EVENTS.declare(
    announce.SIGNED,
    data=CeremonySigned(),
    summary="The code of the last signer was accepted",
    example={**_COMMON, "signed_at": _AT},
    heard_by=("quoting",),
)
EVENTS.declare(
    announce.REFUSED,
    data=CeremonyRefused(),
    summary="The signer refused to sign",
    example={**_COMMON, "refused_at": _AT, "reason_code": "changed_mind", "document_id": None},
    heard_by=("quoting", "notifications"),
    **_TO_TELL,
)
EVENTS.declare(
    announce.FAILED,
    data=CeremonyFailed(),
    summary="The ceremony ended after too many wrong codes, or to go on with paper",
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
EVENTS.declare(
    announce.EVIDENCE_RELEASED,
    data=EvidenceReleased(),
    summary="Two managers agreed to hand an evidence out to the one who asked",
    example={
        "ceremony_id": _CEREMONY,
        "evidence_document_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d03",
        "manager_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1e01",
        "released_at": _AT,
    },
    heard_by=("documents",),
)
EVENTS.declare(
    announce.PURGED,
    data=CeremonyPurged(),
    summary="A ceremony's retention is over: a tombstone and prints are left of it",
    example={
        "ceremony_id": _CEREMONY,
        "subject": _COMMON["subject"],
        "document_ids": ["0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d02", "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d03"],
        "purged_at": _AT,
    },
    heard_by=("documents",),
)
