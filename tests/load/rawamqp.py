"""The least a client can do over AMQP 0-9-1: a socket, frames encoded beforehand, confirms counted. A peer, no product.

It does nothing for safety beyond waiting for confirms: no time-outs, no heartbeats, no returned messages.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

_METHOD, _HEADER, _BODY = 1, 2, 3
_END = b"\xce"
_ACK, _DELIVER = (60, 80), (60, 60)
# Which properties follow, in this order: content-type, delivery-mode, message-id, type.
_PROPERTIES = (1 << 15) | (1 << 12) | (1 << 7) | (1 << 5)


class RawConnection:
    """One connection with one channel in confirm mode."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5672))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._socket.sendall(b"AMQP\x00\x00\x09\x01")
        self._expect((10, 10))
        login = f"\x00{unquote(parts.username or '')}\x00{unquote(parts.password or '')}".encode()
        self._send(0, (10, 11), struct.pack(">I", 0) + _short("PLAIN") + _long(login) + _short("en_US"))
        tune = self._expect((10, 30))
        # The server's limits as they are, and no heartbeats: this client is frozen between its turns.
        self._send(0, (10, 31), tune[:6] + b"\x00\x00")
        self._send(0, (10, 40), _short(unquote(parts.path[1:]) or "/") + b"\x00\x00")
        self._expect((10, 41))
        self._call((20, 10), _short(""), (20, 11))
        self._call((85, 10), b"\x00", (85, 11))
        self._tag = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def publish_and_wait(self, messages: Sequence[bytes]) -> None:
        """Send messages made by `encoded` in one go and return when the broker has confirmed all of them."""
        self._socket.sendall(b"".join(messages))
        last = self._tag + len(messages)
        single: set[int] = set()
        while self._tag < last:
            key, arguments = self._method()
            if key != _ACK:
                raise RuntimeError(f"the broker said {key} instead of a confirm")
            tag, multiple = struct.unpack(">QB", arguments[:9])
            if multiple & 1:
                self._tag = max(self._tag, tag)
            else:
                single.add(tag)
            while self._tag + 1 in single:
                self._tag += 1

    def consume(self, queue: str, *, prefetch: int) -> None:
        """Start consuming; `deliveries` gives what comes."""
        self._call((60, 10), struct.pack(">IHB", 0, prefetch, 0), (60, 11))
        self._call((60, 20), b"\x00\x00" + _short(queue) + _short("raw") + b"\x00" + struct.pack(">I", 0), (60, 21))

    def deliveries(self) -> Iterator[tuple[int, bytes]]:
        """Delivery tag and body of each message, for ever."""
        while True:
            key, arguments = self._method()
            if key == _DELIVER:
                name = arguments[0]
                (tag,) = struct.unpack(">Q", arguments[1 + name : 9 + name])
                _, header = self._frame()
                (size,) = struct.unpack(">Q", header[4:12])
                body = b""
                while len(body) < size:
                    body += self._frame()[1]
                yield tag, body

    def declare_quorum_queue(self, queue: str) -> None:
        """Declare a durable queue, reached through the default exchange."""
        arguments = _short("x-queue-type") + b"S" + _long(b"quorum")
        table = struct.pack(">I", len(arguments)) + arguments
        self._call((50, 10), b"\x00\x00" + _short(queue) + b"\x02" + table, (50, 11))

    def purge(self, queue: str) -> None:
        """Empty a queue."""
        self._call((50, 30), b"\x00\x00" + _short(queue) + b"\x00", (50, 31))

    def ack(self, tag: int) -> None:
        self._send(1, _ACK, struct.pack(">QB", tag, 0))

    def _call(self, method: tuple[int, int], arguments: bytes, answer: tuple[int, int]) -> None:
        self._send(1, method, arguments)
        self._expect(answer)

    def _send(self, channel: int, method: tuple[int, int], arguments: bytes) -> None:
        self._socket.sendall(_frame(_METHOD, channel, struct.pack(">HH", *method) + arguments))

    def _expect(self, method: tuple[int, int]) -> bytes:
        key, arguments = self._method()
        if key != method:
            raise RuntimeError(f"the broker said {key} instead of {method}")
        return arguments

    def _method(self) -> tuple[tuple[int, int], bytes]:
        while True:
            kind, payload = self._frame()
            if kind == _METHOD:
                major, minor = struct.unpack(">HH", payload[:4])
                return (major, minor), payload[4:]

    def _frame(self) -> tuple[int, bytes]:
        self._fill(7)
        kind, _, size = struct.unpack(">BHI", self._buffer[:7])
        self._fill(size + 8)
        payload, self._buffer = self._buffer[7 : 7 + size], self._buffer[8 + size :]
        return kind, payload

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            received = self._socket.recv(1 << 16)
            if not received:
                raise RuntimeError("the broker closed the connection")
            self._buffer += received


def encoded(exchange: str, type: str, message_id: str, body: bytes, content_type: str) -> bytes:
    """One persistent, mandatory message as the frames that publish it; the type is its routing key."""
    publish = struct.pack(">HHH", 60, 40, 0) + _short(exchange) + _short(type) + b"\x01"
    properties = _short(content_type) + b"\x02" + _short(message_id) + _short(type)
    header = struct.pack(">HHQH", 60, 0, len(body), _PROPERTIES) + properties
    return _frame(_METHOD, 1, publish) + _frame(_HEADER, 1, header) + _frame(_BODY, 1, body)


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + _END


def _short(text: str) -> bytes:
    raw = text.encode()
    return bytes([len(raw)]) + raw


def _long(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw
