"""Writes a document's bytes: whole or one range, never kept by anybody in between, never run by a browser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from documents.adapters.queries import DocumentView
from plumbing.http import ProblemRaised
from plumbing.http.problems import standard

_ONE_RANGE = re.compile(r"bytes=(?=\d|-\d)(\d{0,18})-(\d{0,18})", re.ASCII)
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/json": "json",
    "application/zip": "zip",
    "text/csv": "csv",
    "text/plain": "txt",
}
# Only what a viewer draws without running anything. Everything else is saved, not shown.
_SHOWN = frozenset({"application/pdf"})


@dataclass(frozen=True)
class Span:
    """The bytes asked for: `first` and `last` included. `partial` when they came from a Range header."""

    first: int
    last: int
    partial: bool

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.last - self.first + 1


def etag(document: DocumentView) -> str:
    """The strong ETag of a content that never changes: its hash."""
    return f'"{document.sha256}"'


def span_asked(document: DocumentView) -> Span:
    """Return what the request's Range asks for; 416 when there is no such part.

    Several ranges, other units, malformed headers and an If-Range of another content are answered whole, as RFC 9110
    §14 allows.
    """
    whole = Span(0, document.size - 1, partial=False)
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range")
    if asked is None or (condition is not None and condition.strip() != etag(document)):
        return whole
    first, last = _bounds(*asked.groups(), size=document.size)
    if first > last:
        # "5-2" means nothing and is left aside; "beyond the end" is a part that is not there.
        if asked[1] and asked[2] and int(asked[1]) > int(asked[2]):
            return whole
        raise ProblemRaised(standard(416, headers={"Content-Range": f"bytes */{document.size}"}))
    return Span(first, last, partial=True)


def _bounds(first: str, last: str, *, size: int) -> tuple[int, int]:
    """Return the first and last byte of "first-last", "first-" or, with no first, of the last `last` bytes."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def content_response(document: DocumentView, span: Span, pieces: Iterator[bytes], *, inline: bool) -> Response:
    """Return the answer that streams `pieces`."""
    response = Response(pieces, 206 if span.partial else 200, content_type=_content_type(document))
    response.headers.update(content_headers(document, inline=inline))
    response.content_length = span.length
    if span.partial:
        response.headers["Content-Range"] = f"bytes {span.first}-{span.last}/{document.size}"
    return response


def content_headers(document: DocumentView, *, inline: bool) -> dict[str, str]:
    """The headers that make a download harmless, whatever is in it."""
    shown = inline and document.media_type in _SHOWN
    return {
        "Accept-Ranges": "bytes",
        "ETag": etag(document),
        "Cache-Control": "private, no-store",
        "Content-Disposition": disposition("inline" if shown else "attachment", _file_name(document)),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def disposition(kind: str, name: str) -> str:
    """Write Content-Disposition for any name (RFC 6266): plain letters for old clients, UTF-8 for the others."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("’", "'"))
    ascii_name = "".join(character for character in plain if 32 <= ord(character) < 127 and character not in '"\\%')
    fallback = ascii_name.strip() or "document"
    if fallback == name:
        return f'{kind}; filename="{fallback}"'
    return f"{kind}; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"


def _file_name(document: DocumentView) -> str:
    """The title as a file name: no folder, no character that a system refuses, one extension, that of the content."""
    extension = _EXTENSIONS.get(document.media_type, "bin")
    cleaned = "".join(" " if character in '/\\:*?"<>|' else character for character in document.title)
    cleaned = " ".join(cleaned.split()).strip(". ") or "document"
    return cleaned if cleaned.lower().endswith(f".{extension}") else f"{cleaned}.{extension}"


def _content_type(document: DocumentView) -> str:
    return f"{document.media_type}; charset=utf-8" if document.media_type.startswith("text/") else document.media_type
