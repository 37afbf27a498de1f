"""Telling the relay and the job runner that there is something to do, so that they need not poll often.

A lost wake-up costs only a poll interval: the tables are the truth. PostgreSQL's NOTIFY is sent after the commit on a
connection of its own, because inside a transaction it takes a lock of the whole database at commit.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

_NOTIFY = text("SELECT pg_notify(channel, '') FROM unnest(CAST(:channels AS text[])) AS channel")

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
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(_NOTIFY, {"channels": [channel.value for channel in channels]})
    except SQLAlchemyError:
        return


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
        import psycopg

        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
        connection.execute(f"LISTEN {self._channel.value}")
        return connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
