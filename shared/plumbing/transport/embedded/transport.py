"""kombu's view of the embedded bus: transport and connection."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from typing import Any

from kombu.transport import base

from plumbing.transport.embedded.channel import Channel, retire
from plumbing.transport.embedded.store import Store

_POLL_SECONDS = 0.05
_RENEWAL_SECONDS = 3.0
_CENSUS_SECONDS = 1.0


class Connection:
    """An open file with its channels; used by one thread at a time."""

    def __init__(self, client: Any, path: str, *, patience: float) -> None:
        self.client = client  # kombu's own classes look for it
        self.store = Store(path, patience=patience)
        self.channels: list[Channel] = []
        self._opened = 0
        # Who holds messages here. A connection that is forgotten without being closed must not keep them.
        self.owners: list[int] = []
        self._farewell = weakref.finalize(self, _say_farewell, self.store, self.owners, os.getpid())
        self._next_renewal = 0.0
        self._next_census = 0.0

    def channel(self) -> Channel:
        self._opened += 1
        channel = Channel(self, self._opened)
        self.channels.append(channel)
        return channel

    def drain_events(self, timeout: float | None = None) -> None:
        """Confirm what was published and deliver what is there; TimeoutError when `timeout` seconds bring nothing."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            rings = self.store.bell.rings
            self._count_the_dead()
            worked = [channel.work() for channel in self.channels]
            if any(worked):
                return
            left = _POLL_SECONDS if deadline is None else min(_POLL_SECONDS, deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError("nothing came")
            self.store.bell.wait(rings, left)

    def _count_the_dead(self) -> None:
        if any(channel.consuming for channel in self.channels) and time.monotonic() >= self._next_census:
            self._next_census = time.monotonic() + _CENSUS_SECONDS
            self.store.retire_the_dead()

    def renew(self) -> None:
        if time.monotonic() >= self._next_renewal:
            self._next_renewal = time.monotonic() + _RENEWAL_SECONDS
            for channel in self.channels:
                channel.renew()

    def collect(self) -> None:
        """Close without waiting for anybody, after something went wrong."""
        self.store.hurry()
        self.close()

    def close(self) -> None:
        for channel in list(self.channels):
            channel.close()
        self._farewell()


def _say_farewell(store: Store, owners: list[int], pid: int) -> None:
    if pid != os.getpid():
        # A child must not even close what its parent opened: it would take the parent's locks with it.
        _inherited.append(store)
        return
    for owner in owners:
        retire(store, owner)
    store.close()


_inherited: list[Store] = []


class Transport(base.Transport):
    """Registered with kombu as `parapluie`."""

    can_parse_url = True
    driver_type = "sqlite"
    driver_name = "parapluie"
    connection_errors: tuple[Any, ...] = (*base.Transport.connection_errors, sqlite3.Error)
    recoverable_connection_errors = connection_errors
    recoverable_channel_errors = base.Transport.channel_errors
    implements = base.Transport.implements.extend(exchange_type=frozenset(["direct", "topic", "fanout", "headers"]))

    def establish_connection(self) -> Connection:
        client: Any = self.client
        return Connection(client, str(client.hostname).removeprefix("sqlite://"), patience=client.connect_timeout)

    def create_channel(self, connection: Connection) -> Channel:
        return connection.channel()

    def drain_events(self, connection: Connection, timeout: float | None = None, **_: Any) -> None:
        connection.drain_events(timeout)

    def heartbeat_check(self, connection: Connection, rate: int = 2) -> None:
        connection.renew()

    def close_connection(self, connection: Connection) -> None:
        connection.close()

    def driver_version(self) -> str:
        return sqlite3.sqlite_version
