"""Technical bounds of what is parsed; far above what a scan, a photo or an office PDF needs."""

from __future__ import annotations

from typing import Final

MAX_PIXELS: Final = 64_000_000
MAX_SIDE: Final = 32_000
MAX_JPEG_SCANS: Final = 32
MAX_ICC_BYTES: Final = 1_048_576
# Above this a PNG is proved by inflating it row by row, not by holding all its pixels at once.
MAX_DECODED_PNG_PIXELS: Final = 16_000_000

MAX_PDF_PAGES: Final = 500
MAX_PDF_OBJECTS: Final = 60_000
MAX_PDF_NESTING: Final = 100
# A page of A4 in colour at 600 points an inch is 104 MB once inflated.
MAX_STREAM_BYTES: Final = 128 * 1024 * 1024
MAX_INFLATED_BYTES: Final = 256 * 1024 * 1024
MAX_STREAM_FILTERS: Final = 4
MAX_PAGE_POINTS: Final = 14_400
PREVIEW_PIXELS: Final = 200
