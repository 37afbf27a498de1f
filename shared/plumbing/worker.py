"""The background processes of a service: relay, consumer and jobs, each crash-only and started again when it ends.

As processes each has its own connections; in the embedded mode they are threads of one process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from plumbing.consumer import Consumer, Subscriptions
from plumbing.garbage import settle
from plumbing.housekeeping import with_housekeeping
from plumbing.jobs import JobRunner, Jobs
from plumbing.relay import Relay
from plumbing.supervisor import longer, stop_with
from plumbing.worker_health import HEALTH, health_port, serve_health

log = structlog.get_logger()

PARTS = ("relay", "consumer", "jobs")
PARTS_APART = ("work",)
"""Of a process apart: its jobs alone, without the sweeping, which the worker does."""


def runner(part: str, subscriptions: Subscriptions, jobs: Jobs, services: Any) -> Callable[[threading.Event], None]:
    """Return the loop of one part, to be called with the event that stops it."""
    match part:
        case "relay":
            relay = Relay(service=subscriptions.service, engine=services.engine, bus=services.bus, clock=services.clock)
            return relay.run
        case "consumer":
            consumer = Consumer(subscriptions, services)
            return lambda stop: consumer.run(services.bus, stop)
        case "jobs":
            return JobRunner(with_housekeeping(jobs), services).run
        case "work":
            return JobRunner(jobs, services).run
    raise ValueError(f"{part} is not one of {(*PARTS, *PARTS_APART)}")


def run_part(
    part: str,
    subscriptions: Subscriptions,
    jobs: Jobs,
    services: Any,
    *,
    supervisor: int | None = None,
    parts: Sequence[str] = PARTS,
) -> int:
    """Run one part in this process until SIGTERM or SIGINT, or until the supervisor (by default the parent) is gone.

    `parts` are those that the supervisor keeps running, which /healthz looks for.
    A database that went away is waited for here; whatever else goes wrong ends the process.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid() if supervisor is None else supervisor
    threading.Thread(target=stop_with, args=(parent, stop), name="parent", daemon=True).start()
    if part == HEALTH:
        host, port = os.environ.get("HOST", "127.0.0.1"), health_port()
        assert port is not None
        serve_health(subscriptions.service, parts, services, stop, host=host, port=port, supervisor=parent)
        return 0
    settle()
    pause = 0.0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            runner(part, subscriptions, jobs, services)(stop)
        except (OperationalError, InterfaceError) as failure:
            pause = longer(pause, time.monotonic() - begun)
            log.warning("worker.waiting_for_database", part=part, seconds=pause, reason=type(failure.orig).__name__)
            stop.wait(pause)
    return 0


def start_threads(
    subscriptions: Subscriptions, jobs: Jobs, services: Any, stop: threading.Event, parts: Sequence[str] = PARTS
) -> list[threading.Thread]:
    """Run every part as a thread of this process, each started again when it ends: the embedded mode."""
    threads = []
    for part in parts:
        name = f"{subscriptions.service}.{part}"
        thread = threading.Thread(
            target=_keep_running, args=(part, subscriptions, jobs, services, stop), name=name, daemon=True
        )
        thread.start()
        threads.append(thread)
    return threads


def _keep_running(part: str, subscriptions: Subscriptions, jobs: Jobs, services: Any, stop: threading.Event) -> None:
    pause = 0.0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            runner(part, subscriptions, jobs, services)(stop)
        except Exception:
            log.warning("worker.part_ended", service=subscriptions.service, part=part, exc_info=sys.exc_info())
        pause = longer(pause, time.monotonic() - begun)
        stop.wait(pause)
