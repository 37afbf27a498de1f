"""Wakes the consumers of one file in this process as soon as something is put there; other processes are polled."""

from __future__ import annotations

import os
import threading


class Doorbell:
    """A condition with a count, so that a ring between looking and waiting is not missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        # One writer of this process at a time: SQLite makes a second one sleep and try again, slowly and unfairly.
        self.gate = threading.Lock()
        # Owners that could not be struck off when their channel was closed: the next census does it.
        self.abandoned: set[int] = set()

    @property
    def rings(self) -> int:
        return self._rings

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, since: int, seconds: float) -> None:
        """Return at the first ring after the count was `since`, or after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != since, seconds)


_doorbells: dict[str, Doorbell] = {}
_guard = threading.Lock()


def doorbell(path: str) -> Doorbell:
    """Return the doorbell of that file, the same for every thread of this process."""
    with _guard:
        return _doorbells.setdefault(os.path.realpath(path), Doorbell())


def _after_fork() -> None:
    # Whatever another thread of the parent held at the fork is held for ever in the child.
    global _guard  # noqa: PLW0603
    _guard = threading.Lock()
    _doorbells.clear()


os.register_at_fork(after_in_child=_after_fork)
