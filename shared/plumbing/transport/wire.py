"""One connection and one channel of one thread, over whichever transport the URL names.

kombu gives the transports; its own retries are not used, because they publish again behind the caller's back. What
kombu and py-amqp leave open is closed here: every wait has an end, heartbeats are served while the owner is busy
elsewhere, and after any failure the whole connection is given up.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from kombu.connection import Connection

from plumbing.transport.frames import tolerant_frames
from plumbing.transport.messages import BusUnavailable, TopologyRefused

_CLOSING_SECONDS = 1.0
_FAREWELL_SECONDS = 0.2
_GRACE_SECONDS = 3.0
# A time-out of zero would make py-amqp spin on a frame that has arrived in part.
_AT_ONCE = 0.0002
_LARGEST_PAUSE = 1.0
_PIECE = 1 << 18
_NOT_FOUND, _PRECONDITION_FAILED, _ACCESS_REFUSED = 404, 406, 403


class Channel(Protocol):
    """The part of an AMQP channel that both transports offer and this package uses."""

    events: Mapping[str, set[Callable[..., None]]]

    def exchange_declare(
        self,
        exchange: str,
        type: str,
        passive: bool = False,
        durable: bool = False,
        auto_delete: bool = True,
        *,
        arguments: Mapping[str, Any] | None = None,
    ) -> Any: ...
    def queue_declare(
        self,
        queue: str = "",
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = True,
        *,
        arguments: Mapping[str, Any] | None = None,
    ) -> Any: ...
    def queue_bind(
        self, queue: str, exchange: str = "", routing_key: str = "", *, arguments: Mapping[str, Any] | None = None
    ) -> Any: ...
    def queue_unbind(self, queue: str, exchange: str, routing_key: str = "") -> Any: ...
    def confirm_select(self) -> Any: ...
    def prepare_message(self, body: bytes, **properties: Any) -> Any: ...
    def basic_publish(
        self,
        msg: Any,
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        *,
        timeout: float | None = None,
    ) -> Any: ...
    def basic_qos(self, prefetch_size: int, prefetch_count: int, a_global: bool, /) -> Any: ...
    def basic_consume(
        self,
        queue: str = "",
        consumer_tag: str = "",
        *,
        callback: Callable[[Any], None],
        on_cancel: Callable[[str], None] | None = None,
    ) -> Any: ...
    def basic_get(self, queue: str = "") -> Any: ...
    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> Any: ...
    def basic_reject(self, delivery_tag: int, requeue: bool) -> Any: ...
    def message_to_python(self, raw_message: Any) -> Any: ...
    def close(self) -> Any: ...


class Link:
    """An open connection with one channel. Made and used by one thread; the pulse thread only beats its heart.

    Every use goes through `in_use`, which turns what the transport raises into BusUnavailable and gives the link up.
    """

    def __init__(self, url: str, *, heartbeat: int, timeout: float, name: str = "parapluie") -> None:
        self.pid = os.getpid()
        self.blocked: str | None = None
        self._timeout = timeout
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._failure: str | None = None
        self._closed = False
        self._next_beat = 0.0
        options: dict[str, Any] = {}
        if url.startswith("amqp"):
            options = {
                "client_properties": {"connection_name": name},
                "on_blocked": self._on_blocked,
                "on_unblocked": self._on_unblocked,
                "frame_handler": tolerant_frames,
            }
        connection: Any = Connection  # kombu's own calls are not typed
        self._client: Any = connection(
            url,
            heartbeat=heartbeat,
            connect_timeout=timeout,
            transport_options=options,
            # None stands for the host of the URL: without it the certificate's name would not be compared.
            ssl={"server_hostname": None} if url.startswith("amqps:") else False,
        )
        self._transport: Any = self._client.transport
        self.channel_errors: tuple[type[BaseException], ...] = self._transport.channel_errors
        self._errors: tuple[type[BaseException], ...] = (
            *self._transport.connection_errors,
            *self.channel_errors,
            OSError,
            UnicodeError,  # a routing key that is no UTF-8; the delivery limit takes such a message away
            struct.error,
        )
        self._connection: Any = None
        self._socket: Any = None
        try:
            self._connection = self._transport.establish_connection()
            self._socket = getattr(getattr(self._connection, "transport", None), "sock", None)
            if self._socket is not None:
                # The default for every read and write that has no limit of its own.
                self._socket.settimeout(timeout)
            _ask_less(self._connection)
            self.channel = self.new_channel()
        except self._errors as error:
            self._give_up(_reason(error))
            raise _translated(error) from error
        self.pause = min(_LARGEST_PAUSE, (getattr(self._connection, "heartbeat", None) or heartbeat or 60) / 4)
        _pulse.watch(self)

    @property
    def usable(self) -> bool:
        """Whether this process opened it and nothing has gone wrong with it."""
        return not self._closed and self._failure is None and self.pid == os.getpid()

    @contextmanager
    def in_use(self, seconds: float) -> Iterator[None]:
        """Hold the connection for an exchange of at most about `seconds`; whoever overstays loses the socket."""
        with self._lock:
            if not self.usable:
                raise BusUnavailable(self._failure or "the connection is closed")
            self._deadline = time.monotonic() + seconds + _GRACE_SECONDS
            try:
                yield
            except self._errors as error:
                self._give_up(_reason(error))
                raise _translated(error) from error
            except BaseException as error:  # even Ctrl-C may have cut a frame in two
                self._give_up(_reason(error))
                raise
            finally:
                self._deadline = None

    @contextmanager
    def gathering(self, seconds: float) -> Iterator[None]:
        """Collect what is written and send it in large pieces, all within `seconds`. Only within `in_use`.

        py-amqp makes a system call of every frame, and the broker as many to read them.
        """
        transport: Any = getattr(self._connection, "transport", None)
        if self._socket is None or transport is None:
            yield
            return
        usual = transport._write  # noqa: SLF001 - the one place where all its writes pass
        pile = _Pile(self._socket, usual, seconds)
        transport._write = pile.add  # noqa: SLF001
        try:
            yield
            pile.send()
        finally:
            transport._write = usual  # noqa: SLF001
            self._socket.settimeout(self._timeout)

    def new_channel(self) -> Channel:
        """Open one more channel on this connection, for an exchange that may break it."""
        channel: Any = self._transport.create_channel(self._connection)
        channel.auto_decode = False  # a body is bytes, whatever its encoding claims
        opened: Channel = channel
        return opened

    def drain(self, seconds: float) -> bool:
        """Wait for one event from the bus and handle it; return whether there was one. Only within `in_use`."""
        arrived = self._read(max(_AT_ONCE, min(seconds, self.pause)))
        if time.monotonic() >= self._next_beat:
            self._check_heartbeats()
        return arrived

    def _check_heartbeats(self) -> None:
        # Sends one when it is time and raises when two were missed. What has arrived is read first, or a thread that
        # slept would take its own silence for the broker's.
        self._next_beat = time.monotonic() + self.pause / 2
        self._transport.heartbeat_check(self._connection)

    def _read(self, seconds: float) -> bool:
        try:
            self._transport.drain_events(self._connection, timeout=seconds)
        except TimeoutError as error:
            if error.errno == errno.ETIMEDOUT:  # the network gave up, not our patience
                raise ConnectionResetError(errno.ETIMEDOUT, "connection timed out") from error
            return False
        return True

    def beat(self) -> None:
        """Serve heartbeats while the owner does something else; called by the pulse thread."""
        if not self._lock.acquire(blocking=False):
            self._end_overstay()
            return
        try:
            if self.usable:
                for _ in range(1000):
                    if self._socket is None or not self._read(_AT_ONCE):
                        break
                self._check_heartbeats()
        except Exception as error:  # noqa: BLE001  whatever it is, the owner hears of it at the next use
            self._give_up(_reason(error))
        finally:
            self._lock.release()

    def _end_overstay(self) -> None:
        deadline = self._deadline
        if deadline is not None and time.monotonic() > deadline and self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye and close; what was received and not acked goes back. Never fails, takes a second at most."""
        if self.pid != os.getpid():
            self.leave_behind()
            return
        with self._lock:
            if self._closed:
                return
            self._closed = True
            with suppress(*self._errors):
                if self._failure is None:
                    if self._socket is not None:
                        self._socket.settimeout(_CLOSING_SECONDS)
                    self._transport.close_connection(self._connection)
            self._drop()

    def leave_behind(self) -> None:
        """Forget a connection that the parent process opened, without a word to the other side: it is the parent's."""
        self._closed = True
        _inherited.append(self)

    def _give_up(self, reason: str) -> None:
        self._failure = reason
        self._drop()

    def _drop(self) -> None:
        _pulse.forget(self)
        if self._socket is not None:
            with suppress(OSError):
                self._socket.settimeout(_FAREWELL_SECONDS)  # TLS would wait for the other side's goodbye
        if self._connection is not None:
            with suppress(*self._errors, AttributeError):
                self._connection.collect()

    def _on_blocked(self, reason: str) -> None:
        self.blocked = reason

    def _on_unblocked(self) -> None:
        self.blocked = None


def _ask_less(connection: Any) -> None:
    # With this capability noted, py-amqp looks before every publish whether the broker said that it is blocked: three
    # system calls a message. The handshake is over, and we look when we wait for confirms.
    getattr(connection, "client_properties", {}).get("capabilities", {}).pop("connection.blocked", None)


class _Pile:
    """Frames that wait to be sent together."""

    def __init__(self, sock: socket.socket, send: Callable[[bytes], None], seconds: float) -> None:
        self._socket = sock
        self._send = send
        self._deadline = time.monotonic() + seconds
        self._frames: list[bytes] = []
        self._size = 0

    def add(self, frame: bytes) -> None:
        self._frames.append(bytes(frame))  # what comes is a view of a buffer that is used again
        self._size += len(frame)
        if self._size >= _PIECE:
            self.send()

    def send(self) -> None:
        """Send what waits; TimeoutError when the other side does not take it in time."""
        frames, self._frames, self._size = self._frames, [], 0
        if not frames:
            return
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the bus did not take the messages in time")
        self._socket.settimeout(left)
        self._send(b"".join(frames))


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _translated(error: BaseException) -> BusUnavailable:
    code = getattr(error, "reply_code", None)
    if code in (_NOT_FOUND, _PRECONDITION_FAILED, _ACCESS_REFUSED):
        return TopologyRefused(_reason(error))
    return BusUnavailable(_reason(error))


class _Pulse:
    """One thread per process that beats the hearts of its links, started with the first of them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # Weak: a link whose owner is gone must die, or it would hold its messages for ever.
        self._links: weakref.WeakSet[Link] = weakref.WeakSet()
        self._thread: threading.Thread | None = None

    def watch(self, link: Link) -> None:
        with self._guard:
            self._links.add(link)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bus-pulse", daemon=True)
                self._thread.start()

    def forget(self, link: Link) -> None:
        with self._guard:
            self._links.discard(link)

    def _run(self) -> None:
        while True:
            with self._guard:
                links = list(self._links)
                if not links:
                    self._thread = None
                    return
            for link in links:
                link.beat()
            pause = min(link.pause for link in links)
            del link, links
            time.sleep(pause)


_pulse = _Pulse()
_inherited: list[Link] = []


def _after_fork() -> None:
    # The thread is not in the child and the guard may be held for ever there. The parent's links stay referenced, so
    # that nothing of theirs is closed here by the garbage collector.
    global _pulse  # noqa: PLW0603
    _inherited.extend(_pulse._links)  # noqa: SLF001
    _pulse = _Pulse()


os.register_at_fork(after_in_child=_after_fork)
