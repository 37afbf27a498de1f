"""Own static files are sent compressed: what a first visit on a telephone waits for.

Pages are not: they hold the session's token beside what a visitor typed, and the size of a compressed page would tell
an onlooker, guess by guess, what the token is.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

_TEXTS = (".css", ".js", ".svg")


def compress_static_files(app: Flask) -> None:
    """Send the texts among the static files compressed to whoever takes that."""
    folder = Path(app.root_path, "static")

    @app.after_request
    def _compressed(response: Response) -> Response:
        name = (request.view_args or {}).get("filename", "")
        if request.endpoint != "static" or not name.endswith(_TEXTS):
            return response
        response.headers.add("Vary", "Accept-Encoding")
        if response.status_code == 200 and request.accept_encodings["gzip"] and request.method == "GET":
            response.direct_passthrough = False
            response.close()  # the file that would have been streamed
            response.set_data(_packed(folder / name))
            response.headers["Content-Encoding"] = "gzip"
            etag, _weak = response.get_etag()
            # The same content in other bytes: a weak mark, which If-None-Match takes as the same.
            response.set_etag(etag or "", weak=True)
        return response


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
