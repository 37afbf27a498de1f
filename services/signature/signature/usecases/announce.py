"""What the other services are told of a ceremony, in one place so that each event has one shape."""

from __future__ import annotations

from collections.abc import Sequence

from signature.domain.ceremony import Ceremony
from signature.domain.code import IssuedCode
from signature.domain.refusal import Refusal
from signature.domain.relief import ReliefKind
from signature.domain.sealing import Sealing
from signature.domain.signer import Signer, masked
from signature.domain.steps import FailureCause
from signature.usecases.ports import Work

CODE_REQUESTED = "signature.code.requested.v1"
BLOCKED = "signature.ceremony.blocked.v1"
RELIEVED = "signature.ceremony.relieved.v1"
SIGNED = "signature.ceremony.signed.v1"
REFUSED = "signature.ceremony.refused.v1"
FAILED = "signature.ceremony.failed.v1"
EXPIRED = "signature.ceremony.expired.v1"
SEALED = "signature.envelope.sealed.v1"
EVIDENCE_RELEASED = "signature.evidence.released.v1"
PURGED = "signature.ceremony.purged.v1"


def code_requested(work: Work, ceremony: Ceremony, code: IssuedCode, *, text: str) -> None:
    """Have the SMS sent. The code is in the sealed part alone, which lapses by itself."""
    work.publish(
        CODE_REQUESTED,
        subject=ceremony.id,
        data={"ceremony_id": ceremony.id, "sequence": code.sequence, "expires_at": code.expires_at},
        sealed={"notifications": {"mobile": ceremony.signer.identity.mobile, "text": text}},
    )


def blocked(work: Work, ceremony: Ceremony) -> None:
    data = {**_common(ceremony), "blocked_at": work.now, "expires_at": ceremony.expires_at}
    work.publish(BLOCKED, subject=ceremony.id, data=data, sealed=_people(ceremony, ceremony.signer))


def relieved(work: Work, ceremony: Ceremony, kind: ReliefKind) -> None:
    people = _people(ceremony, ceremony.signer)
    people["notifications"]["mobile_masked"] = masked(ceremony.signer.identity.mobile)
    data = {**_common(ceremony), "relieved_at": work.now, "kind": kind.value, "expires_at": ceremony.expires_at}
    work.publish(RELIEVED, subject=ceremony.id, data=data, sealed=people)


def signed(work: Work, ceremony: Ceremony) -> None:
    work.publish(SIGNED, subject=ceremony.id, data={**_common(ceremony), "signed_at": ceremony.ended_at})


def refused(work: Work, ceremony: Ceremony, refusal: Refusal) -> None:
    data = {**_common(ceremony), "refused_at": ceremony.ended_at, "reason_code": refusal.code.value}
    data["document_id"] = refusal.document_id
    work.publish(REFUSED, subject=ceremony.id, data=data, sealed=_people(ceremony))


def failed(work: Work, ceremony: Ceremony, cause: FailureCause) -> None:
    data = {**_common(ceremony), "failed_at": ceremony.ended_at, "cause": cause.value}
    work.publish(FAILED, subject=ceremony.id, data=data, sealed=_people(ceremony))


def expired(work: Work, ceremony: Ceremony) -> None:
    data = {**_common(ceremony), "expired_at": ceremony.ended_at}
    work.publish(EXPIRED, subject=ceremony.id, data=data, sealed=_people(ceremony))


def sealed(work: Work, ceremony: Ceremony, sealing: Sealing) -> None:
    data = {
        **_common(ceremony),
        "sealed_at": work.now,
        "level": sealing.level.value,
        "documents": [
            {
                "document_id": document.document_id,
                "sealed_document_id": document.sealed_id,
                "kind": document.kind,
                "title": document.title,
                "sha256": document.sha256,
            }
            for document in sealing.documents
        ],
        "evidence_document_id": sealing.evidence_id,
    }
    work.publish(SEALED, subject=ceremony.id, data=data, sealed=_people(ceremony))


def evidence_released(work: Work, ceremony: Ceremony, *, evidence_id: str, manager_id: str) -> None:
    data = {"ceremony_id": ceremony.id, "evidence_document_id": evidence_id, "manager_id": manager_id}
    work.publish(EVIDENCE_RELEASED, subject=ceremony.id, data={**data, "released_at": work.now})


def purged(work: Work, ceremony: Ceremony, *, document_ids: Sequence[str]) -> None:
    data = {"ceremony_id": ceremony.id, "subject": ceremony.subject, "document_ids": list(document_ids)}
    work.publish(PURGED, subject=ceremony.id, data={**data, "purged_at": work.now})


def _common(ceremony: Ceremony) -> dict[str, object]:
    return {
        "ceremony_id": ceremony.id,
        "subject": ceremony.subject,
        "reference": ceremony.reference,
        "product_name": ceremony.product_name,
    }


def _people(ceremony: Ceremony, told: Signer | None = None) -> dict[str, dict[str, object]]:
    """Return whom to write to: the signer named, or the first with the others in copy."""
    identity = (told or ceremony.signers[0]).identity
    others = [] if told else [each.identity.email for each in ceremony.signers[1:]]
    return {
        "notifications": {
            "email": identity.email,
            "civility": identity.civility,
            "first_name": identity.first_name,
            "last_name": identity.last_name,
            "broker_email": ceremony.adviser.email,
            "co_signer_emails": [each for each in dict.fromkeys(others) if each != identity.email],
        }
    }
