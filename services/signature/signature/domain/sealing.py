"""What the seal needs to know beforehand and what is remembered of it afterwards.

The key signs only what the journal proves: an unbroken chain that ends in a right code for this very manifest, with the
provider's boxes ticked and no refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from signature.domain.canonical import Facts, sha256_hex
from signature.domain.consents import Statement
from signature.domain.journal import BrokenChain, Entry, Happening, verify
from signature.domain.manifest import EnvelopeDocument
from signature.domain.signer import Adviser, Identity

EVIDENCE_NAME: Final = "evidence"
SEALED_KIND: Final = "signed."
"""A sealed BIA is stored with the kind « signed.bia »."""


class Level(StrEnum):
    """What a sealed file really is: without a timestamp authority it is B-B, without revocation lists B-T."""

    B_B = "PAdES-B-B"
    B_T = "PAdES-B-T"
    B_LT = "PAdES-B-LT"


class NotProven(Exception):
    """The journal does not prove that this envelope was signed; nothing may be sealed."""


class DocumentChanged(Exception):
    """The bytes fetched are not those that were read and accepted."""

    def __init__(self, document_id: str) -> None:
        super().__init__(f"document {document_id} is not the one in the manifest")
        self.document_id = document_id


@dataclass(frozen=True)
class SealedDocument:
    """One sealed file as it is stored: `document_id` is the document that was read, `sealed_id` the file to keep."""

    document_id: str
    sealed_id: str
    kind: str
    title: str
    sha256: str

    def facts(self) -> Facts:
        return {"document": self.document_id, "sealed": self.sealed_id, "kind": self.kind, "sha256": self.sha256}


@dataclass(frozen=True)
class Sealing:
    """The whole envelope sealed and stored."""

    level: Level
    documents: tuple[SealedDocument, ...]
    evidence_id: str
    evidence_sha256: str

    def facts(self) -> Facts:
        return {
            "level": self.level.value,
            "documents": [document.facts() for document in self.documents],
            "evidence": self.evidence_id,
            "evidence_sha256": self.evidence_sha256,
        }


@dataclass(frozen=True)
class SignedBy:
    """One signer, with the instant at which his code was right."""

    id: str
    identity: Identity
    signed_at: datetime


@dataclass(frozen=True)
class SealingOrder:
    """A signed ceremony as the sealer is handed it, read once and outside any transaction."""

    ceremony_id: str
    subject: str
    product_name: str
    quote_number: str
    reference: str
    manifest: str
    manifest_sha256: str
    documents: tuple[EnvelopeDocument, ...]
    document_statements: tuple[Statement, ...]
    provider_statements: tuple[Statement, ...]
    signers: tuple[SignedBy, ...]
    adviser: Adviser
    opened_at: datetime
    journal_head: str
    journal: tuple[Entry, ...]

    @property
    def signed_at(self) -> datetime:
        """Return when the last of them signed: the instant from which the envelope is signed."""
        return self.signers[-1].signed_at

    def require_proof(self) -> None:
        """Raise NotProven unless the journal shows this manifest signed with every box ticked."""
        try:
            head = verify(self.journal)
        except BrokenChain as broken:
            raise NotProven(str(broken)) from broken
        if sha256_hex(self.manifest.encode()) != self.manifest_sha256:
            raise NotProven("the manifest is not the one its hash names")
        if head != self.journal_head:
            raise NotProven("the journal ends elsewhere than the ceremony says")
        happenings = [entry.happening for entry in self.journal]
        if Happening.SIGNED not in happenings or Happening.REFUSED in happenings:
            raise NotProven("the journal shows no signature, or a refusal")
        signed = [entry.facts for entry in self.journal if entry.happening is Happening.SIGNED]
        if not self.signers or [facts.get("signer") for facts in signed] != [signer.id for signer in self.signers]:
            raise NotProven("the journal does not show every signer sign in turn")
        boxes = [statement.facts() for statement in self.provider_statements]
        if any(
            (each.get("manifest_sha256"), each.get("statements")) != (self.manifest_sha256, boxes) for each in signed
        ):
            raise NotProven("the journal shows another manifest or other boxes signed")
        for signer in self.signers:
            self._require_reading(signer)

    def _require_reading(self, signer: SignedBy) -> None:
        told = [entry for entry in self.journal if entry.facts.get("signer") == signer.id]
        accepted = [entry.facts.get("document") for entry in told if entry.happening is Happening.ACCEPTED]
        if accepted != [document.document_id for document in self.documents]:
            raise NotProven("the journal does not show every document accepted in turn")
        viewed = [
            (entry.facts.get("document"), entry.facts.get("page"))
            for entry in told
            if entry.happening is Happening.PAGE_VIEWED
        ]
        pages = [(each.document_id, page) for each in self.documents for page in range(1, each.page_count + 1)]
        if viewed != pages:
            raise NotProven("the journal does not show every page handed out")


def seal_reason(reference: str) -> str:
    """Return what a PDF reader shows as the reason of the seal: the reference ties the file to the SMS and the page."""
    return f"Signé par code SMS, référence {reference}"


def seal_footer(reference: str, verified_at: str | None) -> str:
    """Return the line at the foot of every page of a sealed file; `verified_at` is the public page's address."""
    line = f"Signé électroniquement · référence {reference}"
    return line if verified_at is None else f"{line} · à vérifier sur {verified_at}"


class FilesMissing(Exception):
    """Not every file of the envelope is sealed and stored."""


@dataclass(eq=False)
class StagedFile:
    """A sealed file between sealing and storing: `name` is the document's id, or EVIDENCE_NAME for the evidence.

    `content` is let go of once documents keeps the file as `stored_id`.
    """

    ceremony_id: str
    name: str
    level: Level
    sha256: str
    content: bytes | None
    stored_id: str | None = None
    tenant: str = ""

    def let_go(self) -> None:
        self.content = None


def sealing_of(documents: Sequence[EnvelopeDocument], files: Sequence[StagedFile]) -> Sealing:
    """Return the whole envelope sealed; FilesMissing unless each document and the evidence is stored."""
    stored = {file.name: (file, file.stored_id) for file in files if file.stored_id is not None}
    if set(stored) != {EVIDENCE_NAME, *(document.document_id for document in documents)}:
        raise FilesMissing(", ".join(sorted(stored)))
    evidence, evidence_id = stored[EVIDENCE_NAME]
    return Sealing(
        level=evidence.level,
        documents=tuple(
            SealedDocument(
                document_id=document.document_id,
                sealed_id=stored[document.document_id][1],
                kind=f"{SEALED_KIND}{document.kind}",
                title=document.title,
                sha256=stored[document.document_id][0].sha256,
            )
            for document in documents
        ),
        evidence_id=evidence_id,
        evidence_sha256=evidence.sha256,
    )
