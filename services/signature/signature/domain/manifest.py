"""What is signed, in one text: every document by its hash, every consent by its wording, each telephone by its print.

The code that the signer types is bound to the hash of this text (`domain/code.py`): render one document again and the
code is worth nothing. Its first 40 bits, written as eight characters, are the reference that the signer reads on the
page, in the SMS and in the sealed files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from signature.domain.canonical import canonical_json, sha256_hex
from signature.domain.consents import Statement

# Crockford's alphabet: no I, L, O or U, so that a reference read over the telephone is written down right.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH: Final = 8


PRECONTRACT: Final = frozenset({"ipid", "advice", "notice"})
"""Kinds that the law wants in the client's hands before he commits himself (directive 2016/97, art. 20 to 23)."""


class EnvelopeEmpty(Exception):
    """There is nothing to sign, or the same document twice."""


@dataclass(frozen=True)
class EnvelopeDocument:
    """A document to sign, as its owner announced it: `size` in bytes, `sha256` in hexadecimal."""

    document_id: str
    position: int
    kind: str
    title: str
    sha256: str
    size: int
    pages: int | None

    @property
    def page_count(self) -> int:
        """Return how many pages are to be seen; a document whose pages nobody counted is opened once."""
        return self.pages or 1


def in_order_of_reading(documents: Sequence[EnvelopeDocument]) -> tuple[EnvelopeDocument, ...]:
    """Put what must be known before the commitment first, IPID at the head; the rest keeps the order it came in."""

    def place(document: EnvelopeDocument) -> int:
        return 0 if document.kind == "ipid" else 1 if document.kind in PRECONTRACT else 2

    placed = enumerate(sorted(documents, key=place), start=1)
    return tuple(replace(document, position=position) for position, document in placed)


@dataclass(frozen=True)
class Manifest:
    """The canonical text and what is derived from it."""

    text: str

    @property
    def sha256(self) -> str:
        return sha256_hex(self.text.encode())

    @property
    def reference(self) -> str:
        return reference_of(self.sha256)


def draw_up(
    *,
    ceremony_id: str,
    subject: str,
    documents: Sequence[EnvelopeDocument],
    statements: Sequence[Statement],
    mobiles: Sequence[str],
) -> Manifest:
    """Write the manifest of a ceremony; EnvelopeEmpty when there is no document or one comes twice.

    `mobiles` are the prints of the signers' telephones, in the order of signing.
    """
    if not documents or len({document.document_id for document in documents}) != len(documents):
        raise EnvelopeEmpty
    return Manifest(
        canonical_json(
            {
                "version": 1,
                "ceremony": ceremony_id,
                "subject": subject,
                "documents": [
                    {
                        "id": document.document_id,
                        "kind": document.kind,
                        "sha256": document.sha256,
                        "size": document.size,
                        "pages": document.pages,
                    }
                    for document in documents
                ],
                "consents": [statement.facts() for statement in statements],
                "signers": [{"rank": rank, "mobile_sha256": print_} for rank, print_ in enumerate(mobiles, start=1)],
            }
        ).decode()
    )


def reference_of(manifest_sha256: str) -> str:
    """Return the eight characters that stand for a manifest: its hash's first 40 bits."""
    bits = int(manifest_sha256[:10], 16)
    return "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(5 * (_REFERENCE_LENGTH - 1), -1, -5))
