"""Makes good images and PDFs for the tests, and the pieces from which bad ones are built.

The same bytes on every run.
"""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import pikepdf
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PAYLOAD = b"<?php echo 'parapluie'; ?><script>alert(1)</script>"


@cache
def gradient(width: int = 160, height: int = 120, mode: str = "RGB") -> Image.Image:
    """A picture with some detail, so that compression leaves real data."""
    red = Image.radial_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    blue = red.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return Image.merge("RGB", (red, green, blue)).convert(mode)


@cache
def jpeg(*, mode: str = "RGB", progressive: bool = False, quality: int = 80, side: int = 160) -> bytes:
    """A good JPEG without metadata."""
    buffer = io.BytesIO()
    gradient(side, side * 3 // 4, mode).save(buffer, "JPEG", quality=quality, progressive=progressive)
    return buffer.getvalue()


@cache
def png(*, mode: str = "RGB", width: int = 160, height: int = 120) -> bytes:
    """A good PNG."""
    buffer = io.BytesIO()
    gradient(width, height, mode).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg_segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg_with(*segments: bytes, base: bytes | None = None) -> bytes:
    """A JPEG with more segments right after its start."""
    image = jpeg() if base is None else base
    return image[:2] + b"".join(segments) + image[2:]


def exif(*, orientation: int = 1, place: bool = False) -> bytes:
    """An APP1 payload as a phone writes it: orientation, maker, and where the photo was taken."""
    metadata = Image.Exif()
    metadata[0x0112] = orientation
    metadata[0x010F] = "Fabricant"
    if place:
        metadata.get_ifd(0x8825).update({1: "N", 2: (47.0, 13.0, 6.0), 3: "W", 4: (1.0, 33.0, 14.0)})
    return (
        b"Exif\x00\x00" + metadata.tobytes()[6:]
        if metadata.tobytes()[:4] == b"Exif"
        else (b"Exif\x00\x00" + metadata.tobytes())
    )


def chunk(name: bytes, data: bytes, *, sound: bool = True) -> bytes:
    """One PNG chunk, with a wrong checksum when not `sound`."""
    checksum = zlib.crc32(name + data) ^ (0 if sound else 1)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def ihdr(width: int, height: int, *, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """A PNG header chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def small_png(
    *, extra: bytes = b"", tail: bytes = b"", data: bytes | None = None, header: bytes | None = None
) -> bytes:
    """A 4 × 4 RGB image built chunk by chunk, with `extra` chunks before its data and `tail` after its end."""
    rows = zlib.compress(b"".join(b"\x00" + bytes(range(12)) for _ in range(4))) if data is None else data
    head = ihdr(4, 4) if header is None else header
    return PNG_SIGNATURE + head + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + tail


def pdf(*, pages: int = 1, size: tuple[float, float] = (595, 842), text: bytes = b"Bonjour") -> bytes:
    """A good PDF."""
    return saved(blank(pages=pages, size=size, text=text))


def blank(*, pages: int = 1, size: tuple[float, float] = (595, 842), text: bytes = b"Bonjour") -> pikepdf.Pdf:
    """A PDF to add things to."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=size)
    page = document.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    page.Contents = document.make_stream(b"BT /F1 24 Tf 72 720 Td (" + text + b") Tj ET")
    return document


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    """The bytes of a PDF."""
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def icc_profile() -> bytes:
    """A minimal profile: the right length and signature, no tags."""
    body = bytearray(132)
    body[0:4] = struct.pack(">I", len(body))
    body[36:40] = b"acsp"
    return bytes(body)
