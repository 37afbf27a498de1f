"""JPEG: walk the markers, keep what draws the image, drop everything else, decode the result.

Phones append whole films after the image, some never write its end marker, and every camera writes where the photo was
taken. So nothing is demanded of the tail and of the metadata: they are simply not copied (ISO/IEC 10918-1, annex B).
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass, field

from PIL import Image

from documents.adapters.checks.bounds import MAX_ICC_BYTES, MAX_JPEG_SCANS, MAX_PIXELS, MAX_SIDE
from documents.adapters.checks.orientation import minimal_exif, read_orientation
from documents.domain.refusals import RefusalCode, Refused

_SOI, _EOI, _SOS, _DNL = 0xD8, 0xD9, 0xDA, 0xDC
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_TABLES = frozenset({0xDB, 0xC4, 0xCC, 0xDD})
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_UNSUPPORTED_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
# Inside a scan a zero after 0xFF means a plain 0xFF, and D0 to D7 are restart marks.
_MARKER_IN_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
# libjpeg fills a buffer of 64 bits before it decodes the last coefficients.
_READ_AHEAD = 16
_ICC = b"ICC_PROFILE\x00"
_EXIF = b"Exif\x00\x00"


@dataclass
class _Walk:
    """What was gathered while walking."""

    kept: list[bytes] = field(default_factory=list)
    icc: list[bytes] = field(default_factory=list)
    jfif: bytes | None = None
    adobe: bytes | None = None
    orientation: int = 1
    size: tuple[int, int] | None = None
    scans: int = 0
    ended: bool = False


def clean_jpeg(content: bytes) -> bytes:
    """Return a copy with the same pixels and nothing hidden; raises Refused."""
    walk = _walk(content)
    if walk.size is None or not walk.scans:
        raise Refused(RefusalCode.TRUNCATED, "no frame or no scan")
    cleaned = b"".join(_assemble(walk))
    # Without an end marker the clean copy, to which one is added, would look whole even if half of it is missing: the
    # decoder must then find all the pixels before any mark. The zeros only fill its bit buffer, which reads ahead.
    _decode(cleaned if walk.ended else cleaned[:-2] + bytes(_READ_AHEAD), walk.size)
    return cleaned


def _walk(content: bytes) -> _Walk:
    walk = _Walk()
    at = 2
    while not walk.ended:
        at, marker = _next_marker(content, at)
        if marker is None:
            break
        if marker == _EOI:
            walk.ended = True
        elif marker == _SOI or marker in _UNSUPPORTED_FRAMES:
            raise Refused(RefusalCode.CORRUPT, f"marker {marker:02X}")
        elif marker not in _STANDALONE:
            at = _segment(walk, content, at, marker)
    return walk


def _next_marker(content: bytes, at: int) -> tuple[int, int | None]:
    """Skip fill bytes, and garbage as decoders do.

    Return the place after the marker, and the marker or None at the end.
    """
    found = _MARKER.search(content, at)
    return (found.end(), found[0][1]) if found else (len(content), None)


def _segment(walk: _Walk, content: bytes, at: int, marker: int) -> int:
    """Take or drop one segment (and the scan after a SOS); return the place after it."""
    if at + 2 > len(content):
        raise Refused(RefusalCode.TRUNCATED, "segment length")
    length = int.from_bytes(content[at : at + 2])
    end = at + length
    if length < 2:
        raise Refused(RefusalCode.CORRUPT, "segment length")
    if end > len(content):
        raise Refused(RefusalCode.TRUNCATED, "segment")
    payload = content[at + 2 : end]
    whole = bytes((0xFF, marker)) + content[at:end]
    if marker in _FRAMES:
        _frame(walk, payload)
        walk.kept.append(whole)
    elif marker == _SOS:
        return _scan(walk, content, whole, end)
    elif marker in _TABLES:
        walk.kept.append(whole)
    elif _APP0 <= marker <= _APP15:
        _metadata(walk, marker, payload)
    elif marker not in {_COM, _DNL}:
        raise Refused(RefusalCode.CORRUPT, f"marker {marker:02X}")
    return end


def _frame(walk: _Walk, payload: bytes) -> None:
    if walk.size is not None:
        raise Refused(RefusalCode.CORRUPT, "two frames")
    if len(payload) < 6:
        raise Refused(RefusalCode.CORRUPT, "frame header")
    height, width = struct.unpack_from(">HH", payload, 1)
    if not width or not height:
        raise Refused(RefusalCode.CORRUPT, "no size")
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise Refused(RefusalCode.IMAGE_TOO_LARGE, f"{width}x{height}")
    walk.size = (width, height)


def _scan(walk: _Walk, content: bytes, header: bytes, start: int) -> int:
    if walk.size is None:
        raise Refused(RefusalCode.CORRUPT, "scan before frame")
    walk.scans += 1
    if walk.scans > MAX_JPEG_SCANS:
        raise Refused(RefusalCode.BOMB, "scans")
    found = _MARKER_IN_SCAN.search(content, start)
    end = found.start() if found else len(content)
    walk.kept.append(header + content[start:end])
    return end


def _metadata(walk: _Walk, marker: int, payload: bytes) -> None:
    if marker == _APP0 and payload.startswith(b"JFIF\x00") and len(payload) >= 12:
        walk.jfif = payload[:12]
    elif marker == _APP1 and payload.startswith(_EXIF):
        walk.orientation = read_orientation(payload)
    elif marker == _APP2 and payload.startswith(_ICC) and len(payload) > len(_ICC) + 2:
        walk.icc.append(payload)
    elif marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
        walk.adobe = payload[:12]


def _assemble(walk: _Walk) -> list[bytes]:
    parts = [b"\xff\xd8"]
    if walk.jfif is not None:
        # Two zero bytes: no thumbnail.
        parts.append(_pack(_APP0, walk.jfif + b"\x00\x00"))
    if walk.orientation != 1:
        parts.append(_pack(_APP1, _EXIF + minimal_exif(walk.orientation)))
    if _is_colour_profile(walk.icc):
        parts.extend(_pack(_APP2, piece) for piece in walk.icc)
    if walk.adobe is not None:
        parts.append(_pack(_APP14, walk.adobe))
    parts.extend(walk.kept)
    parts.append(b"\xff\xd9")
    return parts


def _pack(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def _is_colour_profile(pieces: list[bytes]) -> bool:
    """Tell whether the pieces make one ICC profile whose own length and signature are right."""
    numbered = {piece[len(_ICC)]: piece[len(_ICC) + 2 :] for piece in pieces}
    if sorted(numbered) != list(range(1, len(pieces) + 1)):
        return False
    profile = b"".join(numbered[number] for number in sorted(numbered))
    if not 128 <= len(profile) <= MAX_ICC_BYTES:
        return False
    return int.from_bytes(profile[:4]) == len(profile) and profile[36:40] == b"acsp"


def _decode(content: bytes, size: tuple[int, int]) -> None:
    """Prove that the whole entropy-coded data decodes; at an eighth of the size, which costs little memory."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "MPO")) as image:
            if image.size != size:
                raise Refused(RefusalCode.CORRUPT, "size differs")
            image.draft(image.mode, (max(1, size[0] // 8), max(1, size[1] // 8)))
            image.load()
    except (Refused, MemoryError):
        raise
    except Exception as error:
        truncated = "truncated" in str(error)
        raise Refused(RefusalCode.TRUNCATED if truncated else RefusalCode.CORRUPT, type(error).__name__) from error
