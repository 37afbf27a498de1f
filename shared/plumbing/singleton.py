"""One active relay per service: an advisory lock on PostgreSQL, a locked file beside an SQLite database."""

from __future__ import annotations

import fcntl
import os
import zlib
from typing import Any

from sqlalchemy import Connection, Engine, text


class SingletonLock:
    """Held by one process at a time; given back by the operating system or the server when its holder dies."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._file: int | None = None

    @property
    def connection(self) -> Connection | None:
        """On PostgreSQL, while the lock is held, the connection that holds it; it commits each statement by itself.

        Who does his work on it does it only as long as he has the lock.
        """
        return self._connection

    def acquire(self) -> bool:
        """Take the lock without waiting; True when it is held (also when it was held already)."""
        if self._engine.dialect.name == "postgresql":
            return self._acquire_advisory()
        return self._acquire_file()

    def _acquire_advisory(self) -> bool:
        if self._connection is None or self._connection.invalidated:
            self.release()
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            key = zlib.crc32(self._name.encode())
            statement = text("SELECT pg_try_advisory_lock(:key)")
            if not self._connection.execute(statement, {"key": key}).scalar_one():
                self.release()
                return False
        # It lives as long as its connection, and whoever works on that one is told when it is gone.
        return True

    def _acquire_file(self) -> bool:
        if self._file is not None:
            return True
        path = f"{self._engine.url.database}.{self._name}.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._file = handle
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            connection: Any = self._connection
            self._connection = None
            # Closing the server's session is what drops an advisory lock; a pooled connection would keep it.
            connection.invalidate()
            connection.close()
        if self._file is not None:
            handle, self._file = self._file, None
            os.close(handle)
