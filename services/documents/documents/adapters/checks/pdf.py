"""PDF: one file and nothing else, openable without a password, of bounded size once inflated, without active content,
and whose first page a viewer draws.

Names are compared after parsing, objects in object streams and inline dictionaries included: looking for the bytes
"/JavaScript" would miss "/J#61vaScript".
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pikepdf
import pypdfium2

from documents.adapters.checks.bounds import (
    MAX_INFLATED_BYTES,
    MAX_PAGE_POINTS,
    MAX_PDF_NESTING,
    MAX_PDF_OBJECTS,
    MAX_PDF_PAGES,
    MAX_STREAM_BYTES,
    MAX_STREAM_FILTERS,
    PREVIEW_PIXELS,
)
from documents.domain.refusals import RefusalCode, Refused

_END = b"%%EOF"
_BLANKS = b"\x00\t\n\x0c\r "
_ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"}
    | {"/RichMediaExecute", "/GoTo3DView", "/Trans3D", "/ECMAScript"}
)
_ACTIVE_SUBTYPES = frozenset({"/RichMedia", "/3D", "/Movie", "/Screen", "/Sound"})
_INFLATABLE = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
_TRANSCODED = frozenset({"/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"})
# An electronic invoice (Factur-X) carries its own figures as this attachment; its reader is a machine, not a script.
_TOLERATED_ATTACHMENT = "factur-x.xml"


def set_library_limits() -> None:
    """Bound what qpdf itself may use; process-wide, so called once, at the start of the checking child."""
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=2_000,
        parser_max_nesting=MAX_PDF_NESTING,
        parser_max_container_size=1_000_000,
        max_stream_filters=MAX_STREAM_FILTERS,
        flate_max_memory=MAX_STREAM_BYTES,
        png_max_memory=MAX_STREAM_BYTES,
        run_length_max_memory=MAX_STREAM_BYTES,
        tiff_max_memory=MAX_STREAM_BYTES,
        dct_max_memory=MAX_INFLATED_BYTES,
        dct_max_progressive_scans=32,
    )


def check_incoming_pdf(content: bytes) -> int:
    """Return the number of pages of a PDF that a person sent; raises Refused."""
    _check_ends(content)
    before = pikepdf.settings.qpdf_limit_errors()
    with _open(content) as pdf:
        pages = _count_pages(pdf)
        _check_objects(pdf)
        if pikepdf.settings.qpdf_limit_errors() > before:
            # qpdf reads what passes a limit as nothing and goes on; a viewer might not.
            raise Refused(RefusalCode.BOMB, "parser limit")
    render_first_page(content)
    return pages


def check_exact_pdf(content: bytes) -> int:
    """Return the number of pages of a PDF that one of our services made: signed, with attachments; raises Refused."""
    with _open(content) as pdf:
        pages = _count_pages(pdf)
    render_first_page(content)
    return pages


def _check_ends(content: bytes) -> None:
    end = content.rfind(_END)
    if end < 0:
        raise Refused(RefusalCode.TRUNCATED, "no end mark")
    if content[end + len(_END) :].strip(_BLANKS):
        raise Refused(RefusalCode.TRAILING_DATA, "after the last end mark")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused(RefusalCode.POLYGLOT, "also a zip")


def _open(content: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused(RefusalCode.PASSWORD) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, RecursionError) as error:
        raise Refused(_reason(error), str(type(error).__name__)) from error


def _reason(error: Exception) -> RefusalCode:
    message = str(error)
    bounded = "memory" in message or "limit" in message or "filters" in message or "nesting" in message
    return RefusalCode.BOMB if bounded else RefusalCode.CORRUPT


def _count_pages(pdf: pikepdf.Pdf) -> int:
    try:
        pages = len(pdf.pages)
    except Exception as error:
        raise Refused(RefusalCode.CORRUPT, "page tree") from error
    if not pages:
        raise Refused(RefusalCode.CORRUPT, "no page")
    if pages > MAX_PDF_PAGES:
        raise Refused(RefusalCode.TOO_MANY_PAGES, str(pages))
    return pages


def _check_objects(pdf: pikepdf.Pdf) -> None:
    inflated = 0
    try:
        if len(pdf.objects) > MAX_PDF_OBJECTS:
            raise Refused(RefusalCode.BOMB, "objects")
        for item in (pdf.trailer, *pdf.objects):
            for dictionary in _dictionaries(item):
                _check_dictionary(dictionary)
            if isinstance(item, pikepdf.Stream):
                inflated += _inflated_size(item)
            if inflated > MAX_INFLATED_BYTES:
                raise Refused(RefusalCode.BOMB, "inflated size")
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused(_reason(error), f"objects: {type(error).__name__}") from error


def _dictionaries(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield every dictionary written inside one indirect object. What it refers to is reached in its own turn."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, (pikepdf.Dictionary, pikepdf.Stream)):
            yield current
            values = [value for _, value in current.items()]
        elif isinstance(current, pikepdf.Array):
            values = list(current)
        else:
            continue
        containers = (value for value in values if isinstance(value, (pikepdf.Dictionary, pikepdf.Array)))
        waiting.extend(value for value in containers if not value.is_indirect)


def _check_dictionary(found: pikepdf.Object) -> None:
    action = found.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in _ACTIVE_ACTIONS and _is_action(found, str(action)):
        raise Refused(RefusalCode.ACTIVE_CONTENT, str(action))
    if "/JS" in found or "/XFA" in found:
        raise Refused(RefusalCode.ACTIVE_CONTENT, "script or dynamic form")
    subtype = found.get("/Subtype")
    if isinstance(subtype, pikepdf.Name) and str(subtype) in _ACTIVE_SUBTYPES:
        raise Refused(RefusalCode.ACTIVE_CONTENT, str(subtype))
    if "/EF" in found and not _is_tolerated(found):
        raise Refused(RefusalCode.ACTIVE_CONTENT, "attachment")


def _is_action(found: pikepdf.Object, action: str) -> bool:
    """`/S` also names a structure element's role or a page transition; those say which in `/Type` or `/P`."""
    kind = found.get("/Type")
    if isinstance(kind, pikepdf.Name) and str(kind) in {"/StructElem", "/Trans", "/Group", "/Border"}:
        return False
    return action != "/Sound" or "/Sound" in found


def _is_tolerated(filespec: pikepdf.Object) -> bool:
    names = {str(filespec[key]) for key in ("/F", "/UF") if key in filespec}
    return names == {_TOLERATED_ATTACHMENT}


def _inflated_size(stream: pikepdf.Object) -> int:
    declared = stream.get("/Filter")
    if declared is None:
        return 0
    filters = {str(name) for name in declared} if isinstance(declared, pikepdf.Array) else {str(declared)}
    if isinstance(declared, pikepdf.Array) and len(declared) > MAX_STREAM_FILTERS:
        raise Refused(RefusalCode.BOMB, "filters")
    if not filters <= _INFLATABLE | _TRANSCODED:
        return 0
    try:
        return len(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.PdfError as error:
        if _reason(error) is RefusalCode.BOMB:
            raise
        # Damaged data of one picture: a viewer leaves it out and shows the rest.
        return 0


def render_first_page(content: bytes) -> None:
    """Prove that a viewer draws the first page; raises Refused."""
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            page = document[0]
            width, height = page.get_size()
            if not 0 < width <= MAX_PAGE_POINTS or not 0 < height <= MAX_PAGE_POINTS:
                raise Refused(RefusalCode.IMAGE_TOO_LARGE, f"page {width:.0f}x{height:.0f}")
            page.render(scale=PREVIEW_PIXELS / max(width, height)).close()
        finally:
            document.close()
    except (Refused, MemoryError):
        raise
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error)
        raise Refused(RefusalCode.PASSWORD if locked else RefusalCode.CORRUPT, "viewer") from error
