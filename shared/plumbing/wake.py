"""Telling the relay and the job runner that there is something to do, so that they need not poll often.

A lost wake-up costs only a poll interval: the tables are the truth. PostgreSQL's NOTIFY is sent after the commit on a
connection of its own, because inside a transaction it takes a lock of the whole database at commit.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

_signals: dict[tuple[str, str], threading.Event] = defaultdict(threading.Event)
_signals_guard = threading.Lock()


class Channel(StrEnum):
    """Who is to wake up."""

    OUTBOX = "parapluie_outbox"
    JOBS = "parapluie_jobs"


def wake(engine: Engine, *channels: Channel) -> None:
    """Wake the listeners of these channels; never fails, since the listeners poll as well."""
    if not channels:
        return
    if engine.dialect.name != "postgresql":
        for channel in channels:
            _signal(engine, channel).set()
        return
    _bell_of(engine).ring(channels)


class _Bell:
    """One connection of this process that does nothing but notify: a pooled one costs five times as much a time.

    Whoever finds it in use leaves his channels to the one who uses it, so that under load one NOTIFY serves many.
    """

    def __init__(self, engine: Engine) -> None:
        self._url = _driver_url(engine)
        self._connection: Any = None
        self._due: set[Channel] = set()
        self._guard = threading.Lock()
        self._in_use = threading.Lock()
        event.listen(engine, "engine_disposed", lambda _engine: self._close())

    def ring(self, channels: Iterable[Channel]) -> None:
        with self._guard:
            self._due.update(channels)
        # Asked again after each release: what was left while we sent is not forgotten.
        while self._due and self._in_use.acquire(blocking=False):
            try:
                with self._guard:
                    due, self._due = self._due, set()
                self._notify("; ".join(f"NOTIFY {channel.value}" for channel in sorted(due)))
            finally:
                self._in_use.release()

    def _notify(self, words: str) -> None:
        from psycopg import Error

        # A connection that the server has closed meanwhile is found out by using it: then once more on a new one.
        for fresh in [True] if self._connection is None else [False, True]:
            try:
                if fresh:
                    self._close()
                    self._connection = _connect(self._url)
                connection = self._connection
                if connection is not None:  # else the engine has just been disposed
                    connection.execute(words)
            except Error:
                continue
            return
        self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_bells: WeakKeyDictionary[Engine, _Bell] = WeakKeyDictionary()


def _bell_of(engine: Engine) -> _Bell:
    with _signals_guard:
        bell = _bells.get(engine)
        if bell is None:
            bell = _bells[engine] = _Bell(engine)
        return bell


def _driver_url(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _connect(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _signal(engine: Engine, channel: Channel) -> threading.Event:
    with _signals_guard:
        return _signals[(str(engine.url), channel.value)]


class Listener:
    """Waits for one channel: LISTEN on PostgreSQL, an event of this process on SQLite."""

    def __init__(self, engine: Engine, channel: Channel) -> None:
        self._engine = engine
        self._channel = channel
        self._connection: Any = None

    def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds`."""
        if self._engine.dialect.name == "postgresql":
            self._wait_for_notification(seconds)
            return
        signal = _signal(self._engine, self._channel)
        signal.wait(seconds)
        signal.clear()

    def _wait_for_notification(self, seconds: float) -> None:
        try:
            if self._connection is None:
                self._connection = self._listen()
            for _ in self._connection.notifies(timeout=seconds, stop_after=1):
                pass
        except Exception:  # noqa: BLE001 - the driver's errors differ by cause; polling goes on whatever it was
            self.close()
            time.sleep(min(seconds, 0.2))

    def _listen(self) -> Any:
        connection = _connect(_driver_url(self._engine))
        connection.execute(f"LISTEN {self._channel.value}")
        return connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
