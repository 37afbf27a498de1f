"""Makes what the tests of signature are about, with facts that read like a file of the demonstration."""

from __future__ import annotations

from datetime import UTC, datetime

from signature.domain.ceremony import Ceremony, Circumstances
from signature.domain.consents import DOCUMENT_STATEMENTS, provider_statements
from signature.domain.manifest import EnvelopeDocument
from signature.domain.sealing import Level
from signature.domain.signer import Adviser, Identity
from signature.domain.verification import SealRecord

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
KEY = b"k" * 32
PROVIDER = "Sigillaire"
CEREMONY_ID = "01980000-0000-7000-8000-00000000c0de"
SUBJECT = "subscription:01980000-0000-7000-8000-000000000001"
DOCUMENT_IDS = tuple(f"01980000-0000-7000-8000-0000000000d{number}" for number in (1, 2, 3))
ALL_BOXES = frozenset(statement.code for statement in DOCUMENT_STATEMENTS)
PROVIDER_BOXES = frozenset({"terms", "privacy"})
BY_CLIENT = Circumstances(ip="192.0.2.7", user_agent="Navigateur de test", actor="guest")


def documents() -> tuple[EnvelopeDocument, ...]:
    kinds = (("advice", "Fiche d’information et de conseil"), ("bia", "Bulletin individuel d’adhésion"))
    titles = (*kinds, ("mandate", "Mandat de prélèvement SEPA"))
    return tuple(
        EnvelopeDocument(
            document_id=DOCUMENT_IDS[position - 1],
            position=position,
            kind=kind,
            title=title,
            sha256=f"{position}" * 64,
            size=1000 * position,
            pages=position,
        )
        for position, (kind, title) in enumerate(titles, start=1)
    )


def identity(mobile: str = "+33612345678", email: str = "julie.moreau@example.org") -> Identity:
    return Identity(civility="Mme", first_name="Julie", last_name="Moreau", email=email, mobile=mobile)


def adviser() -> Adviser:
    return Adviser(name="Cabinet Lemaire", phone="+33549000000", email="courtier@lemaire.example")


def ceremony(now: datetime = NOON, **changes: object) -> Ceremony:
    """Return a ceremony just opened on three documents."""
    facts: dict[str, object] = {
        "id": CEREMONY_ID,
        "signer_id": "01980000-0000-7000-8000-00000000516e",
        "subject": SUBJECT,
        "product_name": "Horizon TNS",
        "quote_number": "RIS-0000000033",
        "documents": documents(),
        "identity": identity(),
        "adviser": adviser(),
        "provider_statements": provider_statements(PROVIDER),
        "now": now,
    }
    return Ceremony.open(**{**facts, **changes})  # type: ignore[arg-type]


def accepted_ceremony(now: datetime = NOON) -> Ceremony:
    """Return a ceremony whose three documents are accepted."""
    opened = ceremony(now)
    for document_id in DOCUMENT_IDS:
        opened.accept(document_id, ticked=ALL_BOXES, now=now, by=BY_CLIENT)
    return opened


def coded_ceremony(code: str = "123456", now: datetime = NOON) -> Ceremony:
    """Return a ceremony whose signer has just been sent `code`."""
    accepted = accepted_ceremony(now)
    accepted.issue_code(code, message="code ••••••", key=KEY, now=now, by=BY_CLIENT)
    return accepted


def record(sha256: str, ceremony_id: str | None = None) -> SealRecord:
    return SealRecord(
        sha256=sha256,
        ceremony_id=ceremony_id or CEREMONY_ID,
        kind="signed.bia",
        title="Bulletin individuel d’adhésion",
        reference="7K2M9QXA",
        level=Level.B_LT,
        signed_at=NOON,
        sealed_at=NOON,
    )
