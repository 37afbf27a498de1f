"""Kills processes with -9, one after the other, and brings back what does not come back by itself.

Between two events most processes only wait, and killing one that waits proves little. So each blow is aimed: the killer
waits until a service commits an event, and strikes at a drawn instant of the few milliseconds in which that event is
published, confirmed, moved to the archive, heard, committed and acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.embedded.settings import SERVICES
from plumbing.wake import Channel
from plumbing.worker import PARTS, PARTS_APART
from tests.faults.servers import Killable
from tests.support.programs import Program, descendants
from tests.support.stack import PORTAL, Stack

KINDS = ("web", "worker", "rabbitmq", "postgres", "s3")
# Which kind comes how often; the order within a round is drawn.
USUAL_ROUND = {"web": 6, "worker": 8, "rabbitmq": 3, "postgres": 4, "s3": 4}
# With a safeguard switched off: more of what it is there for, and for confirms a broker that is up most of the time.
ROUNDS = {
    "confirms": {"web": 1, "worker": 1, "rabbitmq": 6, "postgres": 1, "s3": 1},
    "outbox": {"web": 6, "worker": 6, "rabbitmq": 4, "postgres": 2, "s3": 1},
    "ack": {"web": 1, "worker": 12, "rabbitmq": 1, "postgres": 8, "s3": 1},
    "inbox": {"web": 1, "worker": 10, "rabbitmq": 3, "postgres": 8, "s3": 1},
}
_DOWN_SECONDS = (0.3, 1.5)
_FROZEN_FIRST = 0.5
_FROZEN_SECONDS = 0.3
_NAME_LENGTH = 15
_AIMING_SECONDS = 3.0
# From the commit of an event to the ack of those who hear it.
_STRIKING_SECONDS = 0.03
_SPEAKERS = ("documents", "quoting")
_HEARERS = ("claims", "documents", "notifications", "quoting")
_WORKERS_OF = {"relay": _SPEAKERS, "consumer": _HEARERS, "jobs": ("notifications", "quoting", "signature")}


@dataclass
class Killer:
    """Works in a thread of its own until told to stop; then everything runs again."""

    stack: Stack
    servers: dict[str, Killable]
    chance: random.Random
    every: float
    round: dict[str, int]
    kills: Counter[str] = field(default_factory=Counter)
    aimed: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    down: dict[str, float] = field(default_factory=dict)

    def work(self, seconds: float, stop: threading.Event) -> None:
        """Kill something every `every` seconds; a server that takes long to come back delays the next one."""
        begun = time.monotonic()
        kinds = turns(self.chance, self.round)
        due = self.every
        while not stop.is_set() and due < seconds:
            stop.wait(max(0.0, begun + due - time.monotonic()))
            if time.monotonic() - begun >= seconds:
                break
            self.kill(next(kinds))
            due += self.every
        self.bring_back_webs()

    def kill(self, kind: str) -> None:
        match kind:
            case "web":
                self._kill_web()
            case "worker":
                self._kill_worker()
            case _:
                self._kill_server(kind)
        self.kills[kind] += 1
        self.bring_back_webs()

    def _kill_web(self) -> None:
        service = self.chance.choice((*SERVICES, PORTAL))
        program = self.chance.choice(self.stack.webs[service])
        family = program.family()
        self._aim(self.chance.choice(_SPEAKERS))
        program.kill(family)

    def bring_back_webs(self) -> None:
        """Start again every web that does not run, whoever ended it, and every worker whose supervisor is gone."""
        for programs in (*self.stack.webs.values(), *self.stack.workers.values()):
            for program in programs:
                if not program.runs:
                    program.stop()
                    program.start()

    def _kill_worker(self) -> None:
        if self.chance.random() < 0.1:
            self._aim(self.chance.choice(_SPEAKERS))
            self.chance.choice(self.stack.workers[self.chance.choice(SERVICES)]).kill()
            self.parts["supervisor"] += 1
            return
        part = self.chance.choice(PARTS)
        service = self.chance.choice(_WORKERS_OF[part] if self.chance.random() < 0.8 else SERVICES)
        workers = self.stack.workers[service]
        # Of three relays one works; all of a kind at once is the harder case.
        struck = workers if self.chance.random() < 0.7 else [self.chance.choice(workers)]
        # What works apart (the sealer) does jobs too.
        names = (part, *PARTS_APART) if part == "jobs" else (part,)
        pids = [pid for worker in struck for name in names for pid in parts_of(worker, f"{name} {service}")]
        self._aim(service if part == "relay" else self.chance.choice(_SPEAKERS))
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.parts[part] += 1

    def _kill_server(self, kind: str) -> None:
        server = self.servers[kind]
        family = server.program.family()
        if kind == "rabbitmq" and self.chance.random() < _FROZEN_FIRST:
            # It takes bytes off the wire no more and dies before it read them: whoever asks for no confirm loses them.
            server.program.freeze()
            self._aim(self.chance.choice(_SPEAKERS))
            time.sleep(_FROZEN_SECONDS)
        else:
            self._aim(self.chance.choice(_SPEAKERS))
        server.program.kill(family)
        time.sleep(self.chance.uniform(*_DOWN_SECONDS))
        self.down[kind] = self.down.get(kind, 0.0) + server.restore()

    def _aim(self, speaker: str) -> None:
        """Return a drawn instant after the next commit of an event by this service; at once when none comes."""
        url = self.stack.ground.databases[speaker].replace("postgresql+psycopg://", "postgresql://", 1)
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
                connection.execute(f"LISTEN {Channel.OUTBOX.value}")
                for _ in connection.notifies(timeout=_AIMING_SECONDS, stop_after=1):
                    self.aimed += 1
                time.sleep(self.chance.uniform(0.0, _STRIKING_SECONDS))
        except psycopg.OperationalError:
            return


def turns(chance: random.Random, round: dict[str, int]) -> Iterator[str]:
    """Return the kinds one after the other: each as often in a round as it says, the order drawn anew every round."""
    while True:
        kinds = [kind for kind, times in round.items() for _ in range(times)]
        chance.shuffle(kinds)
        yield from kinds


def parts_of(worker: Program, name: str) -> list[int]:
    """Return the processes of a worker that bear this name."""
    found = []
    for pid in descendants(worker.group):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name[:_NAME_LENGTH].strip():
                found.append(pid)
    return found
