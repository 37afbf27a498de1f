"""Whether the process that holds a message still lives."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

_ZOMBIE_STATES = ("Z", "X")


def identity() -> str:
    """Name this process so that another can tell whether it lives, even after its number was given to another."""
    pid = os.getpid()
    return f"{_place()} {pid} {_birth(pid) or ''}"


def is_dead(other: str) -> bool | None:
    """Whether the process of that identity is gone; None when it cannot be told from here (another container)."""
    place, pid, birth = other.split(" ")
    if place != _place():
        return None
    if not birth:  # no /proc here: the number alone must do
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
    return _birth(int(pid)) != birth


def _birth(pid: int) -> str | None:
    """When the process was started, in the kernel's ticks; None when it is gone or there is no /proc."""
    with suppress(OSError):
        # The second field is the program's name in brackets and may hold anything; what follows is regular.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if state not in _ZOMBIE_STATES:
            return fields[18]
    return None


@cache
def _place() -> str:
    """The machine since its last start, and the numbering of processes on it."""
    boot = "here"
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    namespace = ""
    with suppress(OSError):
        namespace = Path("/proc/self/ns/pid").readlink().name
    return f"{boot}/{namespace}"
