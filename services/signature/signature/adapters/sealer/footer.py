"""The line that every page of a sealed file bears: its reference, and where it is verified.

The reference comes from the documents' hashes, so it cannot be in what is hashed. The line is drawn in the revision
that the seal covers: the file begins with the original's bytes, unchanged, and the line is as safe as the rest.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from signature.domain.canonical import canonical_json

_TEMPLATES = Path(__file__).parents[1] / "templates"
_MILLIMETRE = 72 / 25.4
_ABOVE_THE_EDGE = 4 * _MILLIMETRE


def put_footer(writer: IncrementalPdfFileWriter, line: str) -> None:
    """Draw the line at the foot of every page; PdfError when a page is not as it should be."""
    drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(_paper(line))))
    _, _, width, _ = (float(each) for each in drawn.get_object()["/BBox"])
    # What a page's own content leaves behind (a scale, a colour) must not reach ours.
    before = writer.add_object(generic.StreamObject(stream_data=b"q\n"))
    for number in range(int(writer.root["/Pages"]["/Count"])):
        page = writer.find_page_for_modification(number)[0].get_object()
        left, bottom, right, _ = (float(each) for each in _box(page))
        scale = min(1.0, (right - left) / width)
        at = f"{scale:.4f} 0 0 {scale:.4f} {(left + right - width * scale) / 2:.2f} {bottom + _ABOVE_THE_EDGE:.2f}"
        name = f"/SealFooter{number}"
        content = f"\nQ\n/Artifact <</Type /Pagination /Subtype /Footer>> BDC q {at} cm {name} Do Q EMC\n"
        resources = {pdf_name("/XObject"): generic.DictionaryObject({pdf_name(name): drawn})}
        writer.add_stream_to_page(number, before, prepend=True)
        after = writer.add_object(generic.StreamObject(stream_data=content.encode("ascii")))
        writer.add_stream_to_page(number, after, generic.DictionaryObject(resources))


def _box(page: generic.DictionaryObject) -> generic.ArrayObject:
    """Return what is shown of a page; it may be said by what the page hangs from."""
    for name in ("/CropBox", "/MediaBox"):
        at = page
        while name not in at and "/Parent" in at:
            at = at["/Parent"]
        if name in at:
            found: generic.ArrayObject = at[name]
            return found
    raise PdfReadError("a page without a size")


@lru_cache(maxsize=8)
def _paper(line: str) -> bytes:
    """Return the line set on a page of its own; the documents of one envelope bear the same."""
    # Loading typst takes tens of megabytes: the sealer alone pays for it.
    import typst

    paper: bytes = typst.compile(
        str(_TEMPLATES / "footer.typ"),
        root=str(_TEMPLATES),
        format="pdf",
        sys_inputs={"data": canonical_json({"line": line}).decode()},
        pdf_standards=["a-3a"],
        ignore_system_fonts=True,
    )
    return paper
