"""What each line of the journal tells, in one place: whoever reads an evidence finds the same words in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from signature.domain.canonical import Facts, instant_text
from signature.domain.code import IssuedCode
from signature.domain.consents import Statement
from signature.domain.manifest import EnvelopeDocument, Manifest
from signature.domain.refusal import Refusal
from signature.domain.signer import Signer, mobile_fingerprint
from signature.domain.steps import Circumstances


def opened(ceremony_id: str, manifest: Manifest, signers: Sequence[Signer], expires_at: datetime) -> Facts:
    return {
        "manifest_sha256": manifest.sha256,
        "reference": manifest.reference,
        "signers": [
            {"signer": each.id, "mobile_sha256": mobile_fingerprint(ceremony_id, each.identity.mobile)}
            for each in signers
        ],
        "expires_at": instant_text(expires_at),
    }


def page_viewed(signer: Signer, document: EnvelopeDocument, page: int, by: Circumstances) -> Facts:
    return {
        "signer": signer.id,
        "document": document.document_id,
        "page": page,
        "of": document.page_count,
        "by": by.facts(),
    }


def accepted(signer: Signer, document: EnvelopeDocument, statements: Sequence[Statement], by: Circumstances) -> Facts:
    return {
        "signer": signer.id,
        "document": document.document_id,
        "sha256": document.sha256,
        "statements": [statement.facts() for statement in statements],
        "by": by.facts(),
    }


def code_sent(ceremony_id: str, signer: Signer, code: IssuedCode, message: str, by: Circumstances) -> Facts:
    return {
        "signer": signer.id,
        "sequence": code.sequence,
        "expires_at": instant_text(code.expires_at),
        "mobile_sha256": mobile_fingerprint(ceremony_id, signer.identity.mobile),
        "message": message,
        "by": by.facts(),
    }


def code_wrong(signer: Signer, code: IssuedCode, by: Circumstances) -> Facts:
    return {
        "signer": signer.id,
        "sequence": code.sequence,
        "wrong_tries": signer.wrong_tries,
        "by": by.facts(),
    }


def signed(
    signer: Signer, code: IssuedCode, manifest_sha256: str, statements: Sequence[Statement], by: Circumstances
) -> Facts:
    return {
        "signer": signer.id,
        "sequence": code.sequence,
        "manifest_sha256": manifest_sha256,
        "statements": [statement.facts() for statement in statements],
        "by": by.facts(),
    }


def refused(signer: Signer, refusal: Refusal, by: Circumstances) -> Facts:
    return {
        "signer": signer.id,
        "reason": refusal.code.value,
        "words": refusal.words,
        "document": refusal.document_id,
        "by": by.facts(),
    }
