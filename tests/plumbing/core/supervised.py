"""A process for test_supervisor.py: supervises two parts that say who they are; or one part whose database is away."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError

from plumbing import worker
from plumbing.supervisor import stop_with, supervise
from plumbing.telemetry.logs import configure_logs

# Known before the fork, as a worker's parts know theirs: asked for later it may be gone already.
SUPERVISOR = os.getpid()


def say(text: str) -> None:
    os.write(1, f"{text} {os.getpid()}\n".encode())


def part(name: str) -> int:
    say(name)
    stop = threading.Event()
    threading.Thread(target=stop_with, args=(SUPERVISOR, stop), daemon=True).start()
    while not stop.wait(0.05):
        pass
    say("orphan")
    return 0


def away_twice(_part: str, _subscriptions: Any, _jobs: Any, _services: Any) -> Any:
    def run(stop: threading.Event) -> None:
        say("tried")
        tries.append(time.monotonic())
        if len(tries) < 3:
            raise OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))
        if len(tries) == 3:
            raise LookupError("something else")

    tries: list[float] = globals().setdefault("TRIES", [])
    return run


if __name__ == "__main__":
    configure_logs("kitchen", stream=sys.stderr)
    if sys.argv[1] == "parts":
        sys.exit(supervise("kitchen", ("one", "two"), part))
    worker.runner = away_twice  # type: ignore[assignment]
    anything: Any = None
    worker.run_part("relay", anything, anything, anything)
