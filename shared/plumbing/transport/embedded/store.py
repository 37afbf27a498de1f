"""The file of the embedded bus: its tables and the statements that keep its promises.

Every change is one IMMEDIATE transaction on a database in WAL mode with `synchronous=FULL`: when it returns, it is on
the disk. A message a consumer holds names its owner; the owner row names the process. When that process is gone,
whoever looks next gives its messages back, each counted as delivered once more.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from plumbing.transport.embedded import processes
from plumbing.transport.embedded.doorbell import doorbell
from plumbing.transport.embedded.routing import binding_matches

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange (name TEXT PRIMARY KEY, type TEXT NOT NULL, alternate TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue (name TEXT PRIMARY KEY, delivery_limit INTEGER, dead_exchange TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS binding (
    exchange TEXT NOT NULL, queue TEXT NOT NULL, routing_key TEXT NOT NULL, arguments TEXT NOT NULL,
    PRIMARY KEY (exchange, queue, routing_key, arguments)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owner (
    id INTEGER PRIMARY KEY AUTOINCREMENT, process TEXT NOT NULL, renewed_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS consumer (owner INTEGER NOT NULL, queue TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
    properties TEXT NOT NULL, deliveries INTEGER NOT NULL DEFAULT 0, owner INTEGER, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS message_ready ON message (queue, id) WHERE owner IS NULL;
CREATE INDEX IF NOT EXISTS message_held ON message (owner, id) WHERE owner IS NOT NULL;
"""
# An owner whose process cannot be looked up from here is given up after this long without a sign of life.
_LEASE_SECONDS = 10.0


class Publication(NamedTuple):
    """What is published: properties as AMQP names them, headers among them."""

    exchange: str
    routing_key: str
    properties: Mapping[str, Any]
    body: bytes


class Held(NamedTuple):
    """A message as its consumer gets it."""

    id: int
    queue: str
    exchange: str
    routing_key: str
    properties: dict[str, Any]
    deliveries: int
    body: bytes


class NotDeclared(Exception):
    """An exchange or queue is named that is not there."""


class Store:
    """One connection to the file, used by one thread at a time."""

    def __init__(self, path: str, *, patience: float) -> None:
        """Open the file; `patience` is how many seconds anything waits for other writers."""
        self.bell = doorbell(path)
        self._patience = patience
        self._database = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        self._enter_wal()
        self._execute("PRAGMA synchronous = FULL")
        self._execute("PRAGMA journal_size_limit = 67108864")
        if self._one("PRAGMA user_version")[0] >= _VERSION:
            return
        with self.writing():
            if self._one("PRAGMA user_version")[0] < _VERSION:
                for statement in _SCHEMA.split(";\n"):
                    self._execute(statement)
                self._execute(f"PRAGMA user_version = {_VERSION}")

    def _enter_wal(self) -> None:
        # The change of mode does not wait for others as everything else does.
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def hurry(self) -> None:
        """From now on wait for nobody; what cannot be done at once is left to the next census."""
        self._patience = 0.0
        with suppress(sqlite3.Error):
            self._execute("PRAGMA busy_timeout = 0")

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; on the disk when it ends, undone when anything is raised."""
        if not self.bell.gate.acquire(timeout=self._patience):
            raise sqlite3.OperationalError("another thread has been writing for too long")
        try:
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._execute("ROLLBACK")
                raise
        finally:
            self.bell.gate.release()

    def _execute(self, statement: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._database.execute(statement, parameters)

    def _all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._execute(statement, parameters).fetchall()

    def _one(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        return self._execute(statement, parameters).fetchone()

    # Exchanges, queues, bindings

    def has_exchange(self, name: str) -> bool:
        return self._one("SELECT 1 FROM exchange WHERE name = ?", (name,)) is not None

    def has_queue(self, name: str) -> bool:
        return self._one("SELECT 1 FROM queue WHERE name = ?", (name,)) is not None

    def declare_exchange(self, name: str, type: str, alternate: str | None) -> None:
        with self.writing():
            self._execute("INSERT OR REPLACE INTO exchange VALUES (?, ?, ?)", (name, type, alternate))

    def declare_queue(self, name: str, delivery_limit: int | None, dead_exchange: str | None) -> None:
        with self.writing():
            self._execute("INSERT OR REPLACE INTO queue VALUES (?, ?, ?)", (name, delivery_limit, dead_exchange))

    def delete_exchange(self, name: str) -> None:
        with self.writing():
            self._execute("DELETE FROM binding WHERE exchange = ?", (name,))
            self._execute("DELETE FROM exchange WHERE name = ?", (name,))

    def delete_queue(self, name: str) -> None:
        with self.writing():
            self._execute("DELETE FROM message WHERE queue = ?", (name,))
            self._execute("DELETE FROM binding WHERE queue = ?", (name,))
            self._execute("DELETE FROM queue WHERE name = ?", (name,))

    def bind(self, queue: str, exchange: str, routing_key: str, arguments: Mapping[str, Any]) -> None:
        if not self.has_exchange(exchange):
            raise NotDeclared(f"no exchange '{exchange}'")
        if not self.has_queue(queue):
            raise NotDeclared(f"no queue '{queue}'")
        row = (exchange, queue, routing_key, _json(arguments))
        with self.writing():
            self._execute("INSERT OR IGNORE INTO binding VALUES (?, ?, ?, ?)", row)

    def unbind(self, queue: str, exchange: str, routing_key: str, arguments: Mapping[str, Any]) -> None:
        row = (exchange, queue, routing_key, _json(arguments))
        with self.writing():
            self._execute(
                "DELETE FROM binding WHERE exchange = ? AND queue = ? AND routing_key = ? AND arguments = ?", row
            )

    def waiting(self, queue: str) -> int:
        """How many messages of the queue nobody holds."""
        count: int = self._one("SELECT count(*) FROM message WHERE queue = ? AND owner IS NULL", (queue,))[0]
        return count

    def purge(self, queue: str) -> int:
        with self.writing():
            return len(self._all("DELETE FROM message WHERE queue = ? AND owner IS NULL RETURNING id", (queue,)))

    # Messages

    def publish(self, publications: Iterable[Publication]) -> list[bool]:
        """Put each into every queue that wants it, all in one transaction; return which found one."""
        found = []
        with self.writing():
            routes = _Routes(self._database)
            for publication in publications:
                queues = routes.queues(publication)
                found.append(bool(queues))
                self._put(queues, publication)
        if any(found):
            self.bell.ring()
        return found

    def _put(self, queues: Iterable[str], publication: Publication) -> None:
        properties = _json(publication.properties)
        self._database.executemany(
            "INSERT INTO message (queue, exchange, routing_key, properties, body) VALUES (?, ?, ?, ?, ?)",
            [
                (queue, publication.exchange, publication.routing_key, properties, publication.body)
                for queue in sorted(queues)
            ],
        )

    def new_owner(self) -> int:
        """Make an owner of messages in the name of this process."""
        with self.writing():
            cursor = self._execute(
                "INSERT INTO owner (process, renewed_at) VALUES (?, ?)", (processes.identity(), time.time())
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def consume(self, owner: int, queue: str) -> None:
        """Note that the owner consumes the queue, for those who ask how many do."""
        with self.writing():
            self._execute("INSERT INTO consumer VALUES (?, ?)", (owner, queue))

    def consumers(self, queue: str) -> int:
        """How many consume the queue."""
        count: int = self._one("SELECT count(*) FROM consumer WHERE queue = ?", (queue,))[0]
        return count

    def renew(self, owner: int) -> None:
        """Show a sign of life, for those who cannot see this process."""
        with self.writing():
            self._execute("UPDATE owner SET renewed_at = ? WHERE id = ?", (time.time(), owner))

    def claim(self, owner: int, queue: str, most: int) -> list[Held]:
        """Take the oldest messages of the queue that nobody holds."""
        if self._one("SELECT 1 FROM message WHERE queue = ? AND owner IS NULL LIMIT 1", (queue,)) is None:
            return []
        with self.writing():
            rows = self._all(
                "UPDATE message SET owner = ? WHERE id IN "
                "(SELECT id FROM message WHERE queue = ? AND owner IS NULL ORDER BY id LIMIT ?) "
                "RETURNING id, queue, exchange, routing_key, properties, deliveries, body",
                (owner, queue, most),
            )
        return sorted(_held(row) for row in rows)

    def forget(self, owner: int, ids: Iterable[int]) -> None:
        """Delete acked messages, unless they were taken away in the meantime."""
        with self.writing():
            self._database.executemany(
                "DELETE FROM message WHERE id = ? AND owner = ?", [(each, owner) for each in ids]
            )

    def give_back(self, owner: int, ids: Sequence[int] | None = None) -> None:
        """Make an owner's messages (or some of them) ready again, one delivery later; those over the limit die."""
        with self.writing():
            self._give_back(owner, ids)
        self.bell.ring()

    def _give_back(self, owner: int, ids: Sequence[int] | None) -> None:
        chosen = "" if ids is None else f" AND id IN ({','.join(map(str, map(int, ids)))})"
        rows = self._all(
            f"UPDATE message SET owner = NULL, deliveries = deliveries + 1 WHERE owner = ?{chosen} "  # noqa: S608
            "RETURNING id, queue, exchange, routing_key, properties, deliveries, body",
            (owner,),
        )
        returned = [_held(row) for row in rows]
        limits = dict(self._all("SELECT name, delivery_limit FROM queue WHERE delivery_limit IS NOT NULL"))
        for held in returned:
            if held.deliveries > limits.get(held.queue, held.deliveries):
                self._bury(held, "delivery_limit")

    def bury(self, owner: int, held: Held) -> None:
        """Send a message its consumer holds to the dead."""
        with self.writing():
            taken = "UPDATE message SET owner = NULL WHERE id = ? AND owner = ? RETURNING id"
            if self._one(taken, (held.id, owner)) is not None:
                self._bury(held, "rejected")
        self.bell.ring()

    def _bury(self, held: Held, reason: str) -> None:
        row = self._one("SELECT dead_exchange FROM queue WHERE name = ?", (held.queue,))
        if row is not None and row[0] is not None:
            headers = {
                **held.properties.get("headers", {}),
                "x-death": [{"reason": reason, "queue": held.queue, "exchange": held.exchange, "count": 1}],
                "x-first-death-reason": reason,
                "x-first-death-queue": held.queue,
                "x-first-death-exchange": held.exchange,
            }
            dead = Publication(row[0], held.routing_key, {**held.properties, "headers": headers}, held.body)
            queues = _Routes(self._database).queues(dead)
            if not queues:
                return  # at least once: rather delivered again than lost
            self._put(queues, dead)
        self._execute("DELETE FROM message WHERE id = ?", (held.id,))

    def retire(self, owner: int) -> None:
        """Give back whatever an owner still holds and strike it off."""
        with self.writing():
            self._give_back(owner, None)
            self._execute("DELETE FROM consumer WHERE owner = ?", (owner,))
            self._execute("DELETE FROM owner WHERE id = ?", (owner,))
        self.bell.ring()

    def retire_the_dead(self) -> None:
        """Give back what the owners hold whose process, or whose channel in this one, is gone."""
        for owner in list(self.bell.abandoned):
            self.retire(owner)
            self.bell.abandoned.discard(owner)
        others = self._all("SELECT id, process, renewed_at FROM owner WHERE process <> ?", (processes.identity(),))
        for owner, process, renewed_at in others:
            dead = processes.is_dead(process)
            if dead or (dead is None and time.time() - renewed_at > _LEASE_SECONDS):
                self.retire(owner)


class _Routes:
    """Answers within one transaction which queues take a message; asks the tables once per exchange."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._exchanges = {
            name: (kind, alternate) for name, kind, alternate in database.execute("SELECT * FROM exchange")
        }
        self._bindings: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}

    def queues(self, publication: Publication) -> set[str]:
        if not publication.exchange:
            row = self._database.execute("SELECT name FROM queue WHERE name = ?", (publication.routing_key,)).fetchone()
            return set(row or ())
        if publication.exchange not in self._exchanges:
            raise NotDeclared(f"no exchange '{publication.exchange}'")
        headers = publication.properties.get("headers", {})
        exchange: str | None = publication.exchange
        seen: set[str] = set()
        while exchange is not None and exchange in self._exchanges and exchange not in seen:
            seen.add(exchange)
            kind, alternate = self._exchanges[exchange]
            found = {
                queue
                for queue, key, arguments in self._bindings_of(exchange)
                if binding_matches(kind, key, arguments, publication.routing_key, headers)
            }
            if found:
                return found
            exchange = alternate
        return set()

    def _bindings_of(self, exchange: str) -> list[tuple[str, str, dict[str, Any]]]:
        if exchange not in self._bindings:
            rows = self._database.execute(
                "SELECT queue, routing_key, arguments FROM binding WHERE exchange = ?", (exchange,)
            )
            self._bindings[exchange] = [(queue, key, json.loads(arguments)) for queue, key, arguments in rows]
        return self._bindings[exchange]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _held(row: tuple[Any, ...]) -> Held:
    held = Held(*row)
    return held._replace(properties=json.loads(row[4]))
