"""The place for an antivirus: nobody by default, ClamAV's daemon when ANTIVIRUS_URL names one.

An antivirus is one layer and not the gate: it never makes a file acceptable. An error, or a file above its limit,
means "not scanned" and never "clean".
"""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

import structlog

from documents.domain.document import Scan
from documents.domain.refusals import RefusalCode, Refused

_TIMEOUT_SECONDS = 5.0
_PIECE = 65_536
_MAX_ANSWER = 4096
log = structlog.get_logger()


class NoAntivirus:
    """Nothing is scanned."""

    def scan(self, content: bytes) -> Scan:
        """Say so."""
        return Scan.NOT_SCANNED


class ClamdAntivirus:
    """Speaks INSTREAM with clamd at tcp://host:port or unix:///path."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path = parts.path if parts.scheme == "unix" else None
        self._address = (parts.hostname or "127.0.0.1", parts.port or 3310)

    def scan(self, content: bytes) -> Scan:
        """Return CLEAN or NOT_SCANNED; raises Refused when something was found."""
        try:
            answer = self._ask(content)
        except OSError as error:
            log.warning("antivirus.silent", error=type(error).__name__)
            return Scan.NOT_SCANNED
        verdict = answer.rstrip(b"\x00\n ")
        if verdict.endswith(b" FOUND"):
            raise Refused(RefusalCode.INFECTED, verdict.removeprefix(b"stream: ").decode("ascii", "replace"))
        if verdict == b"stream: OK":
            return Scan.CLEAN
        log.warning("antivirus.not_scanned", answer=verdict[:80].decode("ascii", "replace"))
        return Scan.NOT_SCANNED

    def _ask(self, content: bytes) -> bytes:
        with self._connect() as connection:
            connection.sendall(b"zINSTREAM\x00")
            for at in range(0, len(content), _PIECE):
                piece = content[at : at + _PIECE]
                connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\x00") and len(answer) < _MAX_ANSWER:
                received = connection.recv(1024)
                if not received:
                    break
                answer += received
        return answer

    def _connect(self) -> socket.socket:
        if self._path is None:
            return socket.create_connection(self._address, timeout=_TIMEOUT_SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_TIMEOUT_SECONDS)
        connection.connect(self._path)
        return connection
