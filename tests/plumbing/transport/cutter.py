"""A wire that can be cut: passes bytes to a server until told to stop, or until so many have gone through."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Cutter:
    """Listens on a port of its own in front of the server of an amqp URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 5672)
        self._listening = socket.create_server(("127.0.0.1", 0))
        login = f"{parts.username}:{parts.password}@" if parts.username else ""
        port = self._listening.getsockname()[1]
        self.url = urlunsplit((parts.scheme, f"{login}127.0.0.1:{port}", parts.path, "", ""))
        self._left: int | None = None
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut_after(self, count: int) -> None:
        """Break every connection once `count` more bytes have gone to the server."""
        self._left = count

    def cut(self) -> None:
        """Break every connection now."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._ends += [client, server]
            for source, target in ((client, server), (server, client)):
                self._threads.append(threading.Thread(target=self._pass, args=(source, target, source is client)))
                self._threads[-1].start()

    def _pass(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                if upwards and self._left is not None:
                    target.sendall(data[: self._left])
                    self._left -= len(data)
                    if self._left <= 0:
                        self._left = None
                        self.cut()
                        break
                else:
                    target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in list(self._threads):
            thread.join(5)
        for end in self._ends:
            end.close()
