"""The antivirus adapter against a socket that answers as clamd does, or as it should not."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from documents.adapters.antivirus import ClamdAntivirus, NoAntivirus
from documents.domain.document import Scan
from documents.domain.refusals import RefusalCode, Refused

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon:
    """Reads one INSTREAM conversation after the other; finds EICAR, or answers what it was told to."""

    def __init__(self, listener: socket.socket, answer: bytes | None) -> None:
        self.listener = listener
        self.answer = answer
        self.scanned: list[bytes] = []

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                if stream.read(10) != b"zINSTREAM\x00":
                    return
                content = b""
                while length := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(length)
                self.scanned.append(content)
                verdict = b"stream: Eicar-Test-Signature FOUND\x00" if EICAR in content else b"stream: OK\x00"
                connection.sendall(verdict if self.answer is None else self.answer)


@contextmanager
def daemon(listener: socket.socket, answer: bytes | None = None) -> Iterator[Daemon]:
    listener.listen()
    served = Daemon(listener, answer)
    thread = threading.Thread(target=served.serve)
    thread.start()
    try:
        yield served
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def on_tcp() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def test_a_clean_file_is_clean() -> None:
    listener, url = on_tcp()
    content = bytes(range(256)) * 1000
    with daemon(listener) as served:
        assert ClamdAntivirus(url).scan(content) is Scan.CLEAN
    assert served.scanned == [content]


def test_an_infected_file_is_refused() -> None:
    listener, url = on_tcp()
    with daemon(listener), pytest.raises(Refused) as refusal:
        ClamdAntivirus(url).scan(b"debut" + EICAR)
    assert refusal.value.code is RefusalCode.INFECTED
    assert refusal.value.reason == "Eicar-Test-Signature FOUND"


def test_a_unix_socket_will_do(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "clamd.sock"))
    with daemon(listener):
        assert ClamdAntivirus(f"unix://{tmp_path / 'clamd.sock'}").scan(b"x") is Scan.CLEAN


@pytest.mark.parametrize(
    "answer",
    [b"INSTREAM size limit exceeded. ERROR\x00", b"stream: Heuristics ERROR\x00", b"", b"OK\x00", b"x" * 9000],
)
def test_an_error_is_never_clean(answer: bytes) -> None:
    listener, url = on_tcp()
    with daemon(listener, answer):
        assert ClamdAntivirus(url).scan(b"x") is Scan.NOT_SCANNED


def test_an_antivirus_that_is_away_has_not_scanned() -> None:
    assert ClamdAntivirus("tcp://127.0.0.1:9").scan(b"x") is Scan.NOT_SCANNED
    assert NoAntivirus().scan(b"x") is Scan.NOT_SCANNED
