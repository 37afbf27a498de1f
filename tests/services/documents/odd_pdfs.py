"""Makes the PDFs of the hostile corpus: with actions, attachments, bombs, or written by hand."""

from __future__ import annotations

import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.services.documents.pictures import blank, saved


def pdf_with_action(**action: object) -> bytes:
    document = blank()
    document.Root.OpenAction = Dictionary({f"/{key}": value for key, value in action.items()})
    return saved(document)


def pdf_with_giant_page() -> bytes:
    document = blank()
    document.pages[0].MediaBox = Array([0, 0, 20_000, 20_000])
    return saved(document)


def pdf_with_form() -> bytes:
    document = blank()
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("nom"), Rect=Array([0, 0, 90, 20]))
    indirect = document.make_indirect(widget)
    document.pages[0].Annots = Array([indirect])
    document.Root.AcroForm = Dictionary(Fields=Array([indirect]))
    return saved(document)


def pdf_with_attachment(name: str, content: bytes, *, shown: str | None = None) -> bytes:
    document = blank()
    stream = document.make_stream(content)
    stream.Type = Name.EmbeddedFile
    filespec = Dictionary(
        Type=Name.Filespec, F=String(name), UF=String(shown or name), EF=Dictionary(F=document.make_indirect(stream))
    )
    names = Array([String(name), document.make_indirect(filespec)])
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))
    return saved(document)


def pdf_with_stream(compressed: bytes, *, filters: int = 1) -> bytes:
    document = blank()
    stream = document.make_stream(b"")
    stream.write(compressed, filter=Array([Name.FlateDecode] * filters), type_check=False)
    document.Root.Extra = stream
    return _saved_raw(document)


def pdf_with_many_streams() -> bytes:
    """Three streams, each below the limit of one, together above the limit of all."""
    document = blank()
    compressed = zlib.compress(bytes(100_000_000), 9)
    extras = []
    for _ in range(3):
        stream = document.make_stream(b"")
        stream.write(compressed, filter=Name.FlateDecode)
        extras.append(stream)
    document.Root.Extra = Array(extras)
    return _saved_raw(document)


def _saved_raw(document: pikepdf.Pdf) -> bytes:
    return saved(document, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def pdf_with_objects(count: int) -> bytes:
    document = blank()
    document.Root.Extra = Array([document.make_indirect(Dictionary(A=1)) for _ in range(count)])
    return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pdf_raw(value: bytes) -> bytes:
    """A hand-written PDF whose catalogue holds `value`, with a right cross-reference table."""
    return _numbered(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
            value,
        ]
    )


def pdf_around_a_zip(archive: bytes) -> bytes:
    """A zip whose directory ends inside the last kilobytes of a PDF, hidden in a stream."""
    return _numbered(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(archive), archive),
        ]
    )


def _numbered(objects: list[bytes]) -> bytes:
    content = b"%PDF-1.7\n"
    places = []
    for number, value in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(content)
    count = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, start)
    )
