"""The documents that explain a product, and which of them a client must read before he signs (F-046, F-095)."""

from __future__ import annotations

from dataclasses import dataclass

IPID = "ipid"
RULES = "rules"
GUARANTEES = "guarantees"
EXAMPLES = "examples"

MUST_READ = frozenset({IPID, RULES})


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
