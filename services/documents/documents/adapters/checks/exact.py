"""Files of our own services are kept byte for byte; they must still be what their media type says."""

from __future__ import annotations

import io
import json
import zipfile

from PIL import Image

from documents.adapters.checks.bounds import MAX_PIXELS
from documents.adapters.checks.pdf import check_exact_pdf
from documents.domain.refusals import RefusalCode, Refused

EXACT_TYPES = frozenset(
    {"application/pdf", "image/jpeg", "image/png", "application/json", "application/zip", "text/plain", "text/csv"}
)
_IMAGE_FORMATS = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",)}


def check_exact(content: bytes, media_type: str) -> int | None:
    """Return the number of pages of a PDF, None for other types; raises Refused."""
    if media_type not in EXACT_TYPES:
        raise Refused(RefusalCode.TYPE, media_type)
    if media_type == "application/pdf":
        return check_exact_pdf(content)
    try:
        _parse(content, media_type)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused(RefusalCode.CORRUPT, type(error).__name__) from error
    return None


def _parse(content: bytes, media_type: str) -> None:
    if media_type in _IMAGE_FORMATS:
        with Image.open(io.BytesIO(content), formats=_IMAGE_FORMATS[media_type]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused(RefusalCode.IMAGE_TOO_LARGE)
            image.load()
    elif media_type == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.infolist()
    elif media_type == "application/json":
        json.loads(content.decode("utf-8"))
    else:
        content.decode("utf-8")
