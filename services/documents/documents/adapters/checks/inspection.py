"""The two regimes of checking: files that people send, files that our own services store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from documents.adapters.checks.exact import check_exact
from documents.adapters.checks.jpeg import clean_jpeg
from documents.adapters.checks.pdf import check_incoming_pdf
from documents.adapters.checks.png import clean_png
from documents.domain.refusals import RefusalCode, Refused

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
EXTENSIONS = {"jpg": JPEG, "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "png": PNG, "pdf": PDF}
_BLANK_OR_BOM = b"\xef\xbb\xbf\x00\t\n\x0c\r "
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Regime(StrEnum):
    """`incoming`: from a person, judged strictly and images cleaned. `exact`: from a service, kept byte for byte."""

    INCOMING = "incoming"
    EXACT = "exact"


@dataclass(frozen=True)
class Inspected:
    """An accepted file: `content` is what must be stored. `pages` is None for what has no pages."""

    media_type: str
    content: bytes
    pages: int | None


def inspect(content: bytes, *, regime: Regime, extension: str, declared_type: str) -> Inspected:
    """Judge a file; raises Refused.

    `extension` is the lower-case end of its name without the dot, "" when it has none; it must be one of the accepted
    ones (F-207: content as well as extension), but a PNG named .jpg or the other way round is put right in silence.
    `declared_type` counts for the exact regime only: browsers guess it from the extension, which says nothing.
    """
    if not content:
        raise Refused(RefusalCode.EMPTY)
    if regime is Regime.EXACT:
        return Inspected(declared_type, content, check_exact(content, declared_type))
    named = EXTENSIONS.get(extension)
    if named is None:
        raise Refused(RefusalCode.TYPE, "extension")
    found = recognise(content)
    if (found == PDF) != (named == PDF):
        raise Refused(RefusalCode.EXTENSION, f"{extension} holds {found}")
    if found == JPEG:
        return Inspected(JPEG, clean_jpeg(content), None)
    if found == PNG:
        return Inspected(PNG, clean_png(content), None)
    return Inspected(PDF, content, check_incoming_pdf(content))


def recognise(content: bytes) -> str:
    """Return the media type that the first bytes claim; raises Refused for anything but JPEG, PNG and PDF.

    A viewer takes a PDF whose header comes anywhere in the first kilobyte; in front of it only blanks are tolerated,
    else the file is at the same time something else (a web page, a program, an image, a mail).
    """
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(_PNG_SIGNATURE):
        return PNG
    header = content.find(b"%PDF-", 0, 1024)
    if header < 0:
        raise Refused(RefusalCode.TYPE, "signature")
    if content[:header].strip(_BLANK_OR_BOM):
        raise Refused(RefusalCode.POLYGLOT, "something stands before the PDF header")
    return PDF
