"""What the whole platform needs of memory in one process, against each service in processes of its own."""

from __future__ import annotations

import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.embedded.settings import SERVICES, environments, portal_environment
from deploy.tools.house import House
from plumbing.worker import PARTS
from tests.load.child import Turn
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.proc import proportional_set_mib, tree
from tests.support.programs import Program, free_ports, temporary_folder
from tests.support.stack import answering

HOUSE = House()
_PORTAL_PAGE = "/connexion"
_SETTLING_SECONDS = 3.0
_START_SECONDS = 90.0


@contextmanager
def stage(_ground: Ground) -> Iterator[Sides]:
    """One state folder, made by a first start of the embedded platform, that both use in turn."""
    folder = temporary_folder("bench")
    try:
        _Embedded(folder).turn()
        yield Sides(_Embedded(folder), _Separate(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


TRIAL = Trial(
    figures=(Figure("embedded_memory_vs_separate", "MiB", Limit(0.25)),),
    stage=stage,
    how=(
        "proportional set size of `python -m deploy.embedded` (every service, its worker, the portal), started and "
        "asked for one page of each; against the sum over `web` and `worker` of each service and `web` of the portal, "
        "one web process each, on the same data and settings"
    ),
    rounds=1,
    warm_up=False,
)


@dataclass(frozen=True)
class _Embedded:
    folder: Path

    def turn(self) -> Turn:
        (port,) = free_ports(1)
        with _started([sys.executable, "-m", "deploy.embedded"], self.folder, {"PORT": str(port)}) as program:
            program.wait_until(answering(port, _PORTAL_PAGE), seconds=_START_SECONDS)
            _ask(port, [_PORTAL_PAGE, *(f"/api/{service}/openapi.json" for service in SERVICES)])
            return _weighed([program])


@dataclass(frozen=True)
class _Separate:
    folder: Path

    def turn(self) -> Turn:
        url = "http://127.0.0.1:9"  # nothing that a service asks another for belongs to this
        settings = environments(self.folder, url) | {"portal": portal_environment(self.folder, url)}
        ports = dict(zip(settings, free_ports(len(settings)), strict=True))
        with ExitStack() as stack:
            webs, workers = {}, []
            for service, port in ports.items():
                start = partial(
                    _started, folder=self.folder, more={**settings[service], "GATEWAY_URL": url, "WEB_WORKERS": "1"}
                )
                web = [sys.executable, "-m", service, "web", "--port", str(port)]
                webs[service] = stack.enter_context(start(web, name=f"{service}-web"))
                if service in SERVICES:
                    worker = [sys.executable, "-m", service, "worker"]
                    workers.append(stack.enter_context(start(worker, name=f"{service}-worker")))
            for service, program in webs.items():
                page = "/openapi.json" if service in SERVICES else _PORTAL_PAGE
                program.wait_until(answering(ports[service], page), seconds=_START_SECONDS)
            _wait_for_parts(workers)
            return _weighed([*webs.values(), *workers])


@contextmanager
def _started(
    command: Sequence[str], folder: Path, more: Mapping[str, str], name: str = "embedded"
) -> Iterator[Program]:
    paths = os.pathsep.join(map(str, [HOUSE.root, *HOUSE.import_paths()]))
    environment = {**more, "PYTHONPATH": paths, "STATE_DIR": str(folder)}
    program = Program(command, folder=folder, environment=environment, goodbye="SIGTERM", name=name)
    try:
        yield program
    finally:
        program.stop()


def _ask(port: int, pages: Sequence[str]) -> None:
    for page in pages:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=30) as answer:
            answer.read()


def _wait_for_parts(workers: Sequence[Program]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while any(len(tree(worker.group)) < 1 + len(PARTS) for worker in workers):
        if time.monotonic() > deadline:
            raise RuntimeError("a worker did not start its parts")
        time.sleep(0.2)


def _weighed(programs: Sequence[Program]) -> Turn:
    time.sleep(_SETTLING_SECONDS)
    pids = [each.pid for program in programs for each in tree(program.group)]
    return Turn([sum(map(proportional_set_mib, pids))], 0.0)
