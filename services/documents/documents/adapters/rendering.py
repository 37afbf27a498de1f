"""One page of a PDF as anybody's browser can show it: a picture, and its text for whoever cannot see it.

Only what our own services made is drawn here, in the process that answers: what people send is looked at by the
children of `checks/` alone.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Final

PIXELS_PER_POINT: Final = 1.6
LARGEST_SIDE: Final = 2400

# PDFium keeps its state in globals: one thread at a time (its own documentation says so).
_PDFIUM = threading.Lock()


class NoSuchPage(Exception):
    """The document has no page of that number, or cannot be drawn."""


@dataclass(frozen=True)
class DrawnPage:
    """`png` is the picture, `width` and `height` its size in pixels."""

    number: int
    pages: int
    width: int
    height: int
    png: bytes
    text: str


def draw_page(content: bytes, number: int) -> DrawnPage:
    """Draw page `number`, the first being 1; NoSuchPage when there is none."""
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as failure:
            raise NoSuchPage(number) from failure
        try:
            if not 1 <= number <= len(document):
                raise NoSuchPage(number)
            page = document[number - 1]
            scale = min(PIXELS_PER_POINT, LARGEST_SIDE / max(page.get_size()))
            picture = page.render(scale=scale).to_pil()
            text = page.get_textpage().get_text_range()
            pages = len(document)
        finally:
            document.close()
    written = io.BytesIO()
    # Sixteen greys and a few colours are all that our papers have; a third of the bytes.
    picture.quantize(64).save(written, "PNG", optimize=False)
    return DrawnPage(number, pages, picture.width, picture.height, written.getvalue(), _readable(text))


def _readable(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\ufffe", "").splitlines())
    return "\n".join(line for line in lines if line)
