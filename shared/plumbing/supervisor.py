"""Keeps the parts of a worker running: each a child process, started again when it ends.

The children are forked, not started anew. What the supervisor has imported they need not import, so a part that was
killed is back within milliseconds and the parts share the memory of their code. In return nothing that has a thread or
an open connection may be there before the fork: the supervisor builds nothing and only waits.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing.context import ForkProcess
from pathlib import Path

import structlog

log = structlog.get_logger()

CALM_SECONDS = 10.0
LONGEST_PAUSE = 10.0
FIRST_PAUSE = 0.2
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.1
_LONGEST_NAME = 15  # what the kernel keeps of a thread's name

Run = Callable[[str], int]


def longer(pause: float, lived: float) -> float:
    """Return how long to wait before starting again what lived so many seconds after the last pause."""
    return FIRST_PAUSE if lived > CALM_SECONDS else min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)


def supervise(service: str, parts: Sequence[str], run: Run) -> int:
    """Call `run(part)` in a child process for every part, again whenever one ends, until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children: dict[str, ForkProcess] = {}
    pauses, started, due = (dict.fromkeys(parts, 0.0) for _ in range(3))
    while not stop.wait(_LOOK_SECONDS):
        for part in parts:
            child = children.get(part)
            moment = time.monotonic()
            if child is not None and not child.is_alive():
                pauses[part] = longer(pauses[part], moment - started[part])
                due[part] = moment + pauses[part]
                log.warning("worker.part_ended", part=part, exit_status=child.exitcode)
                child.close()
                del children[part]
            if part not in children and moment >= due[part]:
                children[part] = _fork(service, part, run)
                started[part] = moment
    _end(children.values())
    return 0


def part_title(service: str, part: str) -> str:
    """Return what the process of a part is called, as far as the kernel keeps it."""
    return f"{part} {service}"[:_LONGEST_NAME]


def stop_with(parent: int, stop: threading.Event) -> None:
    """Set `stop` when this process has another parent: a supervisor killed with -9 tells nobody."""
    while os.getppid() == parent and not stop.wait(1.0):
        pass
    stop.set()


def _fork(service: str, part: str, run: Run) -> ForkProcess:
    child = multiprocessing.get_context("fork").Process(target=_as_child, args=(service, part, run))
    child.start()
    return child


def _as_child(service: str, part: str, run: Run) -> None:
    # Until the part has its own: the supervisor's handlers would only set the supervisor's event.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    with suppress(OSError):  # Linux: so that ps and top tell the parts apart
        Path("/proc/self/comm").write_text(part_title(service, part))
    raise SystemExit(run(part))


def _end(children: Iterable[ForkProcess]) -> None:
    children = list(children)
    for child in children:
        child.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children:
        child.join(max(0.1, deadline - time.monotonic()))
        if child.is_alive():
            child.kill()
            child.join()
