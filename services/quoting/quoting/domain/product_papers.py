"""The documents that explain a product, and which of them a client must read before he signs (F-046, F-095)."""

from __future__ import annotations

from dataclasses import dataclass

IPID = "ipid"
RULES = "rules"
GUARANTEES = "guarantees"
EXAMPLES = "examples"
BLANK_FORM = "blank_bia"
PIECES_LIST = "pieces_list"

MUST_READ = frozenset({IPID, RULES})
PAPER_PATH = frozenset({BLANK_FORM, PIECES_LIST})
"""What a broker prints for a client without e-mail (F-051); a quote that is sent carries none of it."""


@dataclass(frozen=True, slots=True)
class ProductPaper:
    """A product document as kept at documents. `formula` is None for those that hold for the whole product.

    `content_version` is the fingerprint of what it was made from: another text is another document.
    """

    product: str
    formula: str | None
    kind: str
    content_version: str
    document_id: str
    title: str
    sha256: str
