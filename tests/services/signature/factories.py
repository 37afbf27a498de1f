"""Makes what the tests of signature are about, with facts that read like a file of the demonstration."""

from __future__ import annotations

from datetime import UTC, datetime

from signature.domain.ceremony import Ceremony
from signature.domain.consents import DOCUMENT_STATEMENTS, provider_statements
from signature.domain.manifest import EnvelopeDocument
from signature.domain.sealing import Level
from signature.domain.signer import Adviser, Identity, NewSigner
from signature.domain.steps import Circumstances
from signature.domain.verification import SealRecord

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
KEY = b"k" * 32
PROVIDER = "Sigillaire"
CEREMONY_ID = "01980000-0000-7000-8000-00000000c0de"
SUBJECT = "subscription:01980000-0000-7000-8000-000000000001"
DOCUMENT_IDS = tuple(f"01980000-0000-7000-8000-0000000000d{number}" for number in (1, 2, 3))
ALL_BOXES = frozenset(statement.code for statement in DOCUMENT_STATEMENTS)
PROVIDER_BOXES = frozenset({"terms", "privacy"})
SIGNER_ID = "01980000-0000-7000-8000-00000000516e"
SECOND_SIGNER_ID = "01980000-0000-7000-8000-00000000516f"
BY_CLIENT = Circumstances(ip="192.0.2.7", user_agent="Navigateur de test", actor="guest", session="5" * 64)
BY_ADVISER = Circumstances(ip="192.0.2.9", user_agent="Poste du cabinet", actor="broker")


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
        "subject": SUBJECT,
        "product_name": "Horizon TNS",
        "quote_number": "RIS-0000000033",
        "documents": documents(),
        "signers": [NewSigner(SIGNER_ID, identity())],
        "adviser": adviser(),
        "provider_statements": provider_statements(PROVIDER),
        "now": now,
    }
    return Ceremony.open(**{**facts, **changes})  # type: ignore[arg-type]


def accepted_ceremony(now: datetime = NOON) -> Ceremony:
    """Return a ceremony whose three documents are accepted."""
    opened = ceremony(now)
    accept_all(opened, now)
    return opened


def two_signers() -> list[NewSigner]:
    """Return a couple, in the order of signing."""
    spouse = Identity("M.", "Marc", "Moreau", "marc.moreau@example.org", "+33698765432")
    return [NewSigner(SIGNER_ID, identity()), NewSigner(SECOND_SIGNER_ID, spouse)]


def read(ceremony: Ceremony, document_id: str, now: datetime = NOON) -> None:
    """Hand out a document to its last page."""
    [document] = [each for each in ceremony.documents if each.document_id == document_id]
    for page in range(1, document.page_count + 1):
        ceremony.view_page(document_id, page, now=now, by=BY_CLIENT)


def accept_all(ceremony: Ceremony, now: datetime = NOON) -> None:
    """Have the signer whose turn it is read and accept every document."""
    for document in ceremony.documents:
        read(ceremony, document.document_id, now)
        ceremony.accept(document.document_id, ticked=ALL_BOXES, now=now, by=BY_CLIENT)


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
