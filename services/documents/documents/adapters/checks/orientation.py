"""The one piece of a photo's metadata that is kept.

Which side is up. Place, date, device and thumbnails are dropped.
"""

from __future__ import annotations

import struct

from PIL import Image

_ORIENTATION_TAG = 0x0112
_UPRIGHT = 1


def read_orientation(exif: bytes) -> int:
    """Return the orientation (1 to 8) of a TIFF-structured EXIF block; 1 when it is absent or unreadable."""
    metadata = Image.Exif()
    try:
        metadata.load(exif)
        value = metadata.get(_ORIENTATION_TAG, _UPRIGHT)
    except Exception:  # noqa: BLE001 - Pillow raises almost anything on damaged metadata, and it is dropped anyway
        return _UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def minimal_exif(orientation: int) -> bytes:
    """Return a TIFF-structured EXIF block that says only the orientation."""
    header = b"MM\x00\x2a" + struct.pack(">I", 8)
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, orientation, 0)
    return header + struct.pack(">H", 1) + entry + struct.pack(">I", 0)
