"""The hostile corpus: files of every class of what people, phones and attackers send, each with what must happen to it.

`refused` is the code expected, None for a file that must be kept. `gone` is something that must not be in what is kept.
Everything is generated here; nothing is downloaded and no sample of anybody's is stored.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from documents.domain.limits import MAX_FILE_BYTES
from documents.domain.refusals import RefusalCode
from tests.services.documents.odd_pdfs import (
    pdf_around_a_zip,
    pdf_raw,
    pdf_with_action,
    pdf_with_attachment,
    pdf_with_form,
    pdf_with_giant_page,
    pdf_with_many_streams,
    pdf_with_objects,
    pdf_with_stream,
)
from tests.services.documents.pictures import (
    PAYLOAD,
    PNG_SIGNATURE,
    blank,
    chunk,
    exif,
    gradient,
    icc_profile,
    ihdr,
    jpeg,
    jpeg_segment,
    jpeg_with,
    pdf,
    png,
    saved,
    small_png,
)


@dataclass(frozen=True)
class Sample:
    """One file of the corpus."""

    name: str
    extension: str
    content: bytes
    refused: RefusalCode | None = None
    gone: bytes | None = None

    def __str__(self) -> str:
        return self.name


def whole_corpus() -> list[Sample]:
    """Every sample, class after class."""
    classes = (good, photos, renamed, broken_images, broken_pdfs, polyglots, bombs, active_pdfs, encrypted_pdfs, sizes)
    return [sample for make in classes for sample in make()]


def good() -> Iterator[Sample]:
    """Ordinary files."""
    yield Sample("jpeg", "jpg", jpeg())
    yield Sample("jpeg_grey", "jpeg", jpeg(mode="L"))
    yield Sample("jpeg_cmyk", "jpg", jpeg(mode="CMYK"))
    yield Sample("jpeg_progressive", "jpg", jpeg(progressive=True))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield Sample(f"png_{mode}", "png", png(mode=mode))
    yield Sample("png_interlaced", "png", _interlaced_png())
    yield Sample("png_many_data_chunks", "png", _split_png())
    yield Sample("pdf", "pdf", pdf())
    yield Sample("pdf_30_pages", "pdf", pdf(pages=30))
    yield Sample("pdf_object_streams", "pdf", saved(blank(), object_stream_mode=pikepdf.ObjectStreamMode.generate))
    yield Sample("pdf_linearized", "pdf", saved(blank(), linearize=True))
    yield Sample("pdf_after_a_byte_order_mark", "pdf", b"\xef\xbb\xbf\r\n" + pdf())
    yield Sample("pdf_blank_tail", "pdf", pdf() + b"\r\n\x00\x00 \n")
    yield Sample("pdf_with_a_web_link", "pdf", pdf_with_action(S=Name.URI, URI=String("https://exemple.example")))
    yield Sample("pdf_with_plain_form", "pdf", pdf_with_form())
    yield Sample("pdf_electronic_invoice", "pdf", pdf_with_attachment("factur-x.xml", b"<?xml version='1.0'?><a/>"))


def photos() -> Iterator[Sample]:
    """What telephones write around a picture: kept, without what does not draw it."""
    place = exif(orientation=6, place=True)
    yield Sample("photo_with_place", "jpg", jpeg_with(jpeg_segment(0xE1, place)), gone=b"Fabricant")
    yield Sample("photo_with_film", "jpg", jpeg() + b"\x00\x00\x00\x18ftypmp42" + PAYLOAD * 50, gone=PAYLOAD)
    yield Sample("photo_second_image", "jpg", jpeg() + jpeg(quality=30), gone=jpeg(quality=30))
    yield Sample("photo_comment", "jpg", jpeg_with(jpeg_segment(0xFE, PAYLOAD)), gone=PAYLOAD)
    yield Sample("photo_maker_segment", "jpg", jpeg_with(jpeg_segment(0xE4, b"SEFH" + PAYLOAD)), gone=PAYLOAD)
    yield Sample("photo_fake_profile", "jpg", jpeg_with(jpeg_segment(0xE2, _icc(PAYLOAD * 4))), gone=PAYLOAD)
    yield Sample("photo_profile", "jpg", jpeg_with(jpeg_segment(0xE2, _icc(icc_profile()))))
    yield Sample("photo_without_end_mark", "jpg", jpeg()[:-2])
    yield Sample("photo_garbage_between_marks", "jpg", jpeg()[:20] + b"\x00garbage" + jpeg()[20:], gone=b"garbage")
    yield Sample("photo_broken_metadata", "jpg", jpeg_with(jpeg_segment(0xE1, b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")))
    yield Sample("png_text", "png", small_png(extra=chunk(b"tEXt", b"Comment\x00" + PAYLOAD)), gone=PAYLOAD)
    yield Sample("png_private_chunk", "png", small_png(extra=chunk(b"paRa", PAYLOAD)), gone=PAYLOAD)
    yield Sample("png_bad_ancillary", "png", small_png(extra=chunk(b"tIME", PAYLOAD, sound=False)), gone=PAYLOAD)
    yield Sample("png_tail", "png", small_png(tail=PAYLOAD), gone=PAYLOAD)
    yield Sample("png_animated", "png", _animated_png(), gone=b"fdAT")
    yield Sample("png_orientation", "png", small_png(extra=chunk(b"eXIf", exif(orientation=8)[6:])), gone=b"Fabricant")


def renamed() -> Iterator[Sample]:
    """Another thing under an accepted name, or an accepted thing under another name."""
    wrong = RefusalCode.TYPE
    yield Sample("png_named_jpg", "jpg", png())
    yield Sample("jpeg_named_png", "png", jpeg())
    yield Sample("jpeg_named_pdf", "pdf", jpeg(), RefusalCode.EXTENSION)
    yield Sample("pdf_named_png", "png", pdf(), RefusalCode.EXTENSION)
    yield Sample("jpeg_named_exe", "exe", jpeg(), wrong)
    yield Sample("pdf_without_extension", "", pdf(), wrong)
    yield Sample("program", "pdf", b"MZ\x90\x00" + bytes(200), wrong)
    yield Sample("elf", "jpg", b"\x7fELF\x02\x01\x01" + bytes(200), wrong)
    yield Sample("zip", "pdf", _zip(), wrong)
    yield Sample("word", "pdf", _zip("word/document.xml"), wrong)
    yield Sample("heic", "jpg", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(300), wrong)
    yield Sample("gif", "png", _as("GIF"), wrong)
    yield Sample("tiff", "jpg", _as("TIFF"), wrong)
    yield Sample("bmp", "png", _as("BMP"), wrong)
    yield Sample("webp", "jpg", _as("WEBP"), wrong)
    yield Sample("svg", "png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", wrong)
    yield Sample("html", "pdf", b"<!doctype html><html><body>Bonjour</body></html>", wrong)
    yield Sample("text", "jpg", b"Bonjour, voici ma facture.", wrong)
    yield Sample("gzip", "pdf", gzip.compress(pdf(), mtime=0), wrong)
    yield Sample("empty", "pdf", b"", RefusalCode.EMPTY)
    yield Sample("one_byte", "png", b"\x89", wrong)


def broken_images() -> Iterator[Sample]:
    """Images that no viewer should be trusted with."""
    corrupt, truncated = RefusalCode.CORRUPT, RefusalCode.TRUNCATED
    whole = jpeg()
    frame = whole.index(b"\xff\xc0")
    yield Sample("jpeg_first_bytes_only", "jpg", whole[:3], truncated)
    yield Sample("jpeg_head_only", "jpg", whole[:200], truncated)
    yield Sample("jpeg_cut_in_scan", "jpg", whole[: len(whole) * 2 // 3], truncated)
    yield Sample("jpeg_no_height", "jpg", whole[: frame + 5] + b"\x00\x00" + whole[frame + 7 :], corrupt)
    yield Sample("jpeg_no_frame", "jpg", b"\xff\xd8" + jpeg_segment(0xDB, bytes(65)) + b"\xff\xd9", truncated)
    yield Sample("jpeg_bad_segment_length", "jpg", whole[:2] + b"\xff\xe0\x00\x00" + whole[2:], corrupt)
    yield Sample("jpeg_two_frames", "jpg", whole[:frame] + whole[frame : frame + 19] + whole[frame:], corrupt)
    yield Sample("jpeg_no_quantisation", "jpg", _without_tables(whole), corrupt)
    yield Sample("png_signature_only", "png", PNG_SIGNATURE, truncated)
    yield Sample("png_cut", "png", png()[:-40], truncated)
    yield Sample("png_no_end", "png", small_png()[:-12], truncated)
    yield Sample("png_bad_checksum", "png", PNG_SIGNATURE + b"\x00" * 4 + b"IHDR" + bytes(40), corrupt)
    yield Sample(
        "png_data_checksum", "png", PNG_SIGNATURE + ihdr(4, 4) + chunk(b"IDAT", b"x" * 20, sound=False), corrupt
    )
    yield Sample("png_no_data", "png", PNG_SIGNATURE + ihdr(4, 4) + chunk(b"IEND", b""), truncated)
    yield Sample("png_zero_width", "png", small_png(header=ihdr(0, 4)), corrupt)
    yield Sample("png_odd_depth", "png", small_png(header=ihdr(4, 4, depth=3)), corrupt)
    yield Sample("png_unknown_colour", "png", small_png(header=ihdr(4, 4, colour=5)), corrupt)
    yield Sample("png_missing_palette", "png", small_png(header=ihdr(12, 4, colour=3)), corrupt)
    yield Sample("png_unknown_critical", "png", small_png(extra=chunk(b"CgBI", b"1234")), corrupt)
    yield Sample("png_too_few_rows", "png", small_png(data=zlib.compress(b"\x00" + bytes(12))), truncated)
    yield Sample("png_row_filter", "png", small_png(data=zlib.compress(b"\x09" + bytes(51))), corrupt)
    yield Sample("png_not_deflate", "png", small_png(data=b"not deflate at all"), corrupt)
    yield Sample("png_cut_deflate", "png", small_png(data=zlib.compress(bytes(52), 0)[:-20]), truncated)


def broken_pdfs() -> Iterator[Sample]:
    """PDFs that cannot be opened or are cut."""
    corrupt = RefusalCode.CORRUPT
    whole = pdf(pages=3)
    yield Sample("pdf_header_only", "pdf", b"%PDF-1.7\n", RefusalCode.TRUNCATED)
    yield Sample("pdf_cut", "pdf", whole[: len(whole) // 2], RefusalCode.TRUNCATED)
    yield Sample("pdf_nothing_inside", "pdf", b"%PDF-1.7\n" + b"rien\n" * 50 + b"%%EOF\n", corrupt)
    yield Sample("pdf_no_pages", "pdf", saved(pikepdf.new()), corrupt)
    yield Sample("pdf_tail", "pdf", whole + b"MZ" + PAYLOAD, RefusalCode.TRAILING_DATA)
    yield Sample("pdf_501_pages", "pdf", pdf(pages=501), RefusalCode.TOO_MANY_PAGES)
    yield Sample("pdf_giant_page", "pdf", pdf_with_giant_page(), RefusalCode.IMAGE_TOO_LARGE)


def polyglots() -> Iterator[Sample]:
    """Files that are two things at once."""
    twice = RefusalCode.POLYGLOT
    yield Sample("web_page_and_pdf", "pdf", b"<html><script>1</script>\n" + pdf(), twice)
    yield Sample("program_and_pdf", "pdf", b"MZ\x90\x00" + bytes(60) + pdf(), twice)
    yield Sample("mail_and_pdf", "pdf", b"MIME-Version: 1.0\nContent-Type: text/html\n\n" + pdf(), twice)
    yield Sample("gif_and_pdf", "pdf", b"GIF89a" + bytes(20) + pdf(), twice)
    yield Sample("pdf_and_zip", "pdf", pdf() + _zip(), RefusalCode.TRAILING_DATA)
    yield Sample("zip_within_pdf", "pdf", pdf_around_a_zip(_zip()), twice)
    yield Sample("jpeg_and_zip", "jpg", jpeg() + _zip(), gone=b"PK\x05\x06")
    yield Sample("jpeg_and_pdf", "jpg", jpeg_with(jpeg_segment(0xFE, pdf())), gone=b"%PDF-")
    yield Sample("jpeg_and_php", "jpg", jpeg() + PAYLOAD, gone=PAYLOAD)
    yield Sample("png_and_zip", "png", png() + _zip(), gone=b"PK\x05\x06")
    yield Sample("png_data_after_stream", "png", small_png(data=_four_rows() + PAYLOAD), gone=PAYLOAD)
    yield Sample(
        "png_and_web_page", "png", small_png(extra=chunk(b"iTXt", b"a\x00\x00\x00\x00\x00" + PAYLOAD)), gone=PAYLOAD
    )


def bombs() -> Iterator[Sample]:
    """Small files that become huge, or take for ever."""
    bomb, large = RefusalCode.BOMB, RefusalCode.IMAGE_TOO_LARGE
    yield Sample("png_flood", "png", small_png(header=ihdr(30_000, 30_000)), large)
    yield Sample("png_long_side", "png", small_png(header=ihdr(40_000, 1)), large)
    yield Sample("png_more_rows_than_said", "png", small_png(data=zlib.compress(bytes(50_000_000), 9)), bomb)
    frame = jpeg().index(b"\xff\xc0")
    flood = jpeg()[: frame + 5] + struct.pack(">HH", 60_000, 60_000) + jpeg()[frame + 9 :]
    yield Sample("jpeg_flood", "jpg", flood, large)
    yield Sample("jpeg_scans", "jpg", _many_scans(), bomb)
    yield Sample("pdf_inflating_stream", "pdf", pdf_with_stream(zlib.compress(bytes(300_000_000), 9)), bomb)
    twice = zlib.compress(zlib.compress(bytes(200_000_000), 9), 9)
    yield Sample("pdf_nested_filters", "pdf", pdf_with_stream(twice, filters=2), bomb)
    yield Sample("pdf_filter_chain", "pdf", pdf_with_stream(_deflated(b"a", 8), filters=8), bomb)
    yield Sample("pdf_many_streams", "pdf", pdf_with_many_streams(), bomb)
    yield Sample("pdf_deep_nesting", "pdf", pdf_raw(b"[" * 5000 + b"]" * 5000), bomb)
    yield Sample("pdf_too_many_objects", "pdf", pdf_with_objects(60_500), bomb)


def active_pdfs() -> Iterator[Sample]:
    """PDFs that do something when they are opened or clicked, or that carry other files."""
    active = RefusalCode.ACTIVE_CONTENT
    yield Sample("pdf_script_at_open", "pdf", pdf_with_action(S=Name.JavaScript, JS=String("app.alert(1)")), active)
    yield Sample("pdf_script_name_escaped", "pdf", pdf_raw(b"<</S/J#61vaScript/J#53(app.alert(1))>>"), active)
    hidden = blank()
    hidden.Root.OpenAction = hidden.make_indirect(Dictionary(S=Name.JavaScript, JS=String("1")))
    in_streams = saved(hidden, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    yield Sample("pdf_script_in_object_stream", "pdf", in_streams, active)
    yield Sample("pdf_launch", "pdf", pdf_with_action(S=Name.Launch, F=String("cmd.exe")), active)
    yield Sample("pdf_submit", "pdf", pdf_with_action(S=Name.SubmitForm, F=String("https://mal.example")), active)
    yield Sample("pdf_import", "pdf", pdf_with_action(S=Name.ImportData, F=String("x.fdf")), active)
    yield Sample("pdf_remote_go", "pdf", pdf_with_action(S=Name.GoToR, F=String(r"\\mal.example\x")), active)
    yield Sample("pdf_embedded_go", "pdf", pdf_with_action(S=Name.GoToE, T=Dictionary(R=Name.C)), active)
    page_action = blank()
    page_action.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("1")))
    yield Sample("pdf_page_script", "pdf", saved(page_action), active)
    chained = Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([Dictionary(S=Name.Launch, F=String("x"))]))
    chain = blank()
    chain.Root.OpenAction = chained
    yield Sample("pdf_chained_action", "pdf", saved(chain), active)
    named = blank()
    named.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), Dictionary(JS=String("1"))])))
    yield Sample("pdf_named_script", "pdf", saved(named), active)
    dynamic = blank()
    dynamic.Root.AcroForm = Dictionary(Fields=Array([]), XFA=dynamic.make_stream(b"<xdp/>"))
    yield Sample("pdf_dynamic_form", "pdf", saved(dynamic), active)
    yield Sample("pdf_attachment", "pdf", pdf_with_attachment("facture.exe", b"MZ"), active)
    yield Sample("pdf_two_named_attachment", "pdf", pdf_with_attachment("factur-x.xml", b"MZ", shown="a.exe"), active)
    media = blank()
    media.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))])
    yield Sample("pdf_rich_media", "pdf", saved(media), active)


def encrypted_pdfs() -> Iterator[Sample]:
    """PDFs with passwords: one that must be typed to open is refused, one that only restricts printing is not."""
    for revision, strong in ((3, False), (4, True), (6, True)):
        locked = pikepdf.Encryption(user="ouvre", owner="maitre", R=revision, aes=strong, metadata=strong)  # type: ignore[arg-type]
        yield Sample(f"pdf_locked_r{revision}", "pdf", saved(blank(), encryption=locked), RefusalCode.PASSWORD)
        restricted = pikepdf.Encryption(user="", owner="maitre", R=revision, aes=strong, metadata=strong)  # type: ignore[arg-type]
        yield Sample(f"pdf_restricted_r{revision}", "pdf", saved(blank(), encryption=restricted))


def sizes() -> Iterator[Sample]:
    """One byte to either side of F-208's limit. The limit itself is kept by the request, not by the checker."""
    for difference in (-1, 0):
        padding = MAX_FILE_BYTES + difference - len(jpeg())
        yield Sample(f"jpeg_limit{difference:+d}", "jpg", jpeg() + bytes(padding))
        yield Sample(f"pdf_limit{difference:+d}", "pdf", sized_pdf(MAX_FILE_BYTES + difference))


def sized_pdf(size: int) -> bytes:
    """A good PDF of exactly `size` bytes, filled with a stream of noise-like data."""
    document = blank()
    filler = document.make_stream(b"")
    document.Root.Filler = filler
    base = len(saved(document, compress_streams=False))
    for guess in range(size - base, size - base - 64, -1):
        filler.write(bytes(guess))
        content = saved(document, compress_streams=False)
        if len(content) == size:
            return content
    raise AssertionError("no such size")


def _as(image_format: str) -> bytes:
    buffer = io.BytesIO()
    gradient(32, 32).save(buffer, image_format)
    return buffer.getvalue()


def _zip(name: str = "bonjour.txt") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), "bonjour")
    return buffer.getvalue()


def _icc(profile: bytes) -> bytes:
    return b"ICC_PROFILE\x00\x01\x01" + profile


def _four_rows() -> bytes:
    return zlib.compress(bytes(4 * 13))


def _interlaced_png() -> bytes:
    """A grey 5 × 5 image in seven passes."""
    sizes_of_passes = ((1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (5, 2))
    rows = b"".join((b"\x00" + bytes(columns)) * lines for columns, lines in sizes_of_passes)
    return small_png(header=ihdr(5, 5, colour=0, interlace=1), data=zlib.compress(rows))


def _split_png() -> bytes:
    compressed = _four_rows()
    pieces = b"".join(chunk(b"IDAT", compressed[at : at + 3]) for at in range(0, len(compressed), 3))
    return PNG_SIGNATURE + ihdr(4, 4) + pieces + chunk(b"IEND", b"")


def _animated_png() -> bytes:
    frames = [gradient(16, 16), gradient(16, 16).transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _without_tables(whole: bytes) -> bytes:
    start = whole.index(b"\xff\xdb")
    return whole[:start] + whole[whole.index(b"\xff\xc0") :]


def _many_scans() -> bytes:
    """A progressive image whose last scan comes forty times more."""
    whole = jpeg(progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * 40 + whole[-2:]


def _deflated(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content
