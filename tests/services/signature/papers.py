"""Real PDFs for the sealing tests, made once per run."""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache

import pypdfium2
import typst

FOOTER = "Signé électroniquement · référence 7K2M9QXA · à vérifier sur https://espace.rives.example/verifier"
_TEMPLATE = """
#set document(title: "{title}", date: datetime(year: 2026, month: 11, day: 23))
#set text(lang: "fr", size: 11pt)
= {title}
Mutuelle des Rives, bulletin de démonstration.
#pagebreak()
Deuxième page, avec des accents : éèàçœ.
"""


@cache
def pdf(title: str = "Bulletin individuel d’adhésion") -> bytes:
    """Return a two-page PDF/A-3a file like those that the other services render."""
    return typst.compile(_TEMPLATE.format(title=json.dumps(title)[1:-1]).encode(), pdf_standards=["a-3a"])


def words(content: bytes) -> list[str]:
    """Return what a reader finds on each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(content))]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
