"""PNG: walk the chunks, inflate the image against the exact size its header implies, keep what draws it, drop the rest.

Animation, texts, times and private chunks are dropped; so is everything after the end chunk (PNG specification, third
edition, sections 5, 7 and 10).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from documents.adapters.checks.bounds import MAX_DECODED_PNG_PIXELS, MAX_ICC_BYTES, MAX_PIXELS, MAX_SIDE
from documents.adapters.checks.orientation import minimal_exif, read_orientation
from documents.domain.refusals import RefusalCode, Refused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Allowed depths and samples per pixel for each colour type.
_COLOUR_TYPES = {
    0: ({1, 2, 4, 8, 16}, 1),
    2: ({8, 16}, 3),
    3: ({1, 2, 4, 8}, 1),
    4: ({8, 16}, 2),
    6: ({8, 16}, 4),
}
# Adam7: first column, first row, column step, row step of each pass.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_BEFORE_PALETTE = {b"cHRM": 32, b"gAMA": 4, b"sBIT": 4, b"sRGB": 1, b"iCCP": MAX_ICC_BYTES}
_AFTER_PALETTE = {b"tRNS": 256, b"bKGD": 6, b"pHYs": 9}
_INFLATE_STEP = 262_144


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    def row_bytes(self, columns: int) -> int:
        bits = columns * self.depth * _COLOUR_TYPES[self.colour][1]
        return (bits + 7) // 8

    def passes(self) -> Iterator[tuple[int, int]]:
        """Yield (rows, bytes in a row without its filter byte) of each pass."""
        if not self.interlaced:
            yield self.height, self.row_bytes(self.width)
            return
        for column, row, column_step, row_step in _PASSES:
            columns = (self.width - column + column_step - 1) // column_step
            rows = (self.height - row + row_step - 1) // row_step
            if columns > 0 and rows > 0:
                yield rows, self.row_bytes(columns)


@dataclass
class _Walk:
    header: _Header | None = None
    header_bytes: bytes = b""
    palette: bytes | None = None
    data: list[bytes] = field(default_factory=list)
    data_ended: bool = False
    extras: dict[bytes, bytes] = field(default_factory=dict)
    orientation: int = 1


def clean_png(content: bytes) -> bytes:
    """Return a copy with the same pixels and nothing hidden; raises Refused."""
    walk = _walk(content)
    if walk.header is None or not walk.data:
        raise Refused(RefusalCode.TRUNCATED, "no image data")
    if walk.header.colour == 3 and walk.palette is None:
        raise Refused(RefusalCode.CORRUPT, "no palette")
    compressed = _inflate(walk.header, walk.data)
    cleaned = b"".join(_assemble(walk, compressed))
    _decode(cleaned, walk.header)
    return cleaned


def _walk(content: bytes) -> _Walk:
    walk = _Walk()
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(content):
            raise Refused(RefusalCode.TRUNCATED, "no end chunk")
        length = int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8]
        if not name.isalpha() or length > 0x7FFFFFFF:
            raise Refused(RefusalCode.CORRUPT, "chunk name or length")
        end = at + 8 + length
        if end + 4 > len(content):
            raise Refused(RefusalCode.TRUNCATED, "chunk")
        data = content[at + 8 : end]
        sound = zlib.crc32(data, zlib.crc32(name)) == int.from_bytes(content[end : end + 4])
        at = end + 4
        if walk.header is None and name != b"IHDR":
            raise Refused(RefusalCode.CORRUPT, "does not begin with its header")
        if name == b"IEND":
            return walk
        if name[:1].isupper():
            _critical(walk, name, data, sound)
        elif sound:
            _ancillary(walk, name, data)


def _critical(walk: _Walk, name: bytes, data: bytes, sound: bool) -> None:
    if not sound:
        raise Refused(RefusalCode.CORRUPT, "checksum")
    if name == b"IHDR" and walk.header is None:
        walk.header, walk.header_bytes = _header(data), data
    elif name == b"PLTE" and walk.palette is None and not walk.data:
        if not data or len(data) % 3 or len(data) > 768:
            raise Refused(RefusalCode.CORRUPT, "palette")
        walk.palette = data
    elif name == b"IDAT" and not walk.data_ended:
        walk.data.append(data)
        return
    else:
        raise Refused(RefusalCode.CORRUPT, "unexpected critical chunk")
    walk.data_ended = bool(walk.data)


def _header(data: bytes) -> _Header:
    if len(data) != 13:
        raise Refused(RefusalCode.CORRUPT, "header length")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", data)
    depths = _COLOUR_TYPES.get(colour, (set[int](), 0))[0]
    if not width or not height or depth not in depths or compression or filtering or interlace > 1:
        raise Refused(RefusalCode.CORRUPT, "header")
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise Refused(RefusalCode.IMAGE_TOO_LARGE, f"{width}x{height}")
    return _Header(width, height, depth, colour, interlace == 1)


def _ancillary(walk: _Walk, name: bytes, data: bytes) -> None:
    """Keep the few small chunks that change how the image looks; the first of each name counts."""
    walk.data_ended = bool(walk.data)
    if name == b"eXIf":
        walk.orientation = read_orientation(b"Exif\x00\x00" + data)
        return
    bound = _BEFORE_PALETTE.get(name) or _AFTER_PALETTE.get(name)
    if bound is None or len(data) > bound or name in walk.extras:
        return
    if name == b"iCCP" and not _is_colour_profile(data):
        return
    if name in _BEFORE_PALETTE and walk.palette is not None:
        return
    if not walk.data:
        walk.extras[name] = data


def _is_colour_profile(data: bytes) -> bool:
    label, separator, rest = data.partition(b"\x00")
    if not separator or not 1 <= len(label) <= 79 or rest[:1] != b"\x00":
        return False
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], MAX_ICC_BYTES)
    except zlib.error:
        return False
    whole = inflater.eof and not inflater.unused_data and len(profile) >= 128
    return whole and int.from_bytes(profile[:4]) == len(profile) and profile[36:40] == b"acsp"


def _inflate(header: _Header, pieces: list[bytes]) -> bytes:
    """Inflate in constant memory, row by row; return the compressed bytes that were really used.

    Less than the image needs is a cut file, more is a bomb or a hiding place; each row must begin with a filter number.
    """
    compressed = b"".join(pieces)
    inflater = zlib.decompressobj()
    rows = _Rows(header)
    at = 0
    pending = b""
    while not inflater.eof:
        if not pending:
            pending = compressed[at : at + _INFLATE_STEP]
            at += len(pending)
        try:
            inflated = inflater.decompress(pending, _INFLATE_STEP)
        except zlib.error as error:
            raise Refused(RefusalCode.CORRUPT, "compressed data") from error
        if not pending and not inflated and not inflater.eof:
            raise Refused(RefusalCode.TRUNCATED, "image data")
        rows.take(inflated)
        pending = inflater.unconsumed_tail
    rows.finish()
    used = at - len(inflater.unused_data)
    return compressed[:used]


class _Rows:
    """Counts the rows of all passes as their bytes come, and looks at each row's filter byte."""

    def __init__(self, header: _Header) -> None:
        self._passes = list(header.passes())
        self._rows_left, self._row_bytes = self._passes.pop(0)
        self._skip = 0

    def take(self, data: bytes) -> None:
        at = self._skip
        while at < len(data):
            if not self._rows_left:
                if not self._passes:
                    raise Refused(RefusalCode.BOMB, "more image data than the header says")
                self._rows_left, self._row_bytes = self._passes.pop(0)
            if data[at] > 4:
                raise Refused(RefusalCode.CORRUPT, "row filter")
            self._rows_left -= 1
            at += 1 + self._row_bytes
        self._skip = at - len(data)

    def finish(self) -> None:
        if self._rows_left or self._passes or self._skip:
            raise Refused(RefusalCode.TRUNCATED, "rows are missing")


def _assemble(walk: _Walk, compressed: bytes) -> Iterator[bytes]:
    yield SIGNATURE
    yield _chunk(b"IHDR", walk.header_bytes)
    for name in _BEFORE_PALETTE:
        if name in walk.extras:
            yield _chunk(name, walk.extras[name])
    if walk.palette is not None:
        yield _chunk(b"PLTE", walk.palette)
    for name in _AFTER_PALETTE:
        if name in walk.extras:
            yield _chunk(name, walk.extras[name])
    if walk.orientation != 1:
        yield _chunk(b"eXIf", minimal_exif(walk.orientation))
    yield _chunk(b"IDAT", compressed)
    yield _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


def _decode(content: bytes, header: _Header) -> None:
    """Let a second parser agree: it opens the copy, and decodes it unless it is very large."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if image.size != (header.width, header.height):
                raise Refused(RefusalCode.CORRUPT, "size differs")
            if header.width * header.height <= MAX_DECODED_PNG_PIXELS:
                image.load()
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused(RefusalCode.CORRUPT, type(error).__name__) from error
