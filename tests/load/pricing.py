"""What a priced quote costs over HTTP: CPU of the server per answer, whoever asks and however busy the machine is."""

from __future__ import annotations

import http.client
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from tests.load.child import Child
from tests.load.driver import Figure, Limit, Sides, Trial
from tests.load.ground import Ground
from tests.load.price_servers import TOKEN
from tests.load.proc import tree_cpu
from tests.services.quoting import factories
from tests.support.programs import free_ports, temporary_folder

CONNECTIONS = 8
ANSWERS_A_TURN = 1_200
_BODIES = 500
_START_SECONDS = 60.0
_SEED = 2027


@contextmanager
def stage(peer: str, _ground: Ground) -> Iterator[Sides]:
    """Two servers of one process each, asked by eight connections that stay open."""
    with (
        Child("tests.load.pricing:turns", {"server": "quoting"}) as measured,
        Child("tests.load.pricing:turns", {"server": peer}) as other,
    ):
        yield Sides(measured, other)


def _trial(name: str, limit: float, peer: str, how: str) -> Trial:
    return Trial(
        figures=(Figure(name, "µs", Limit(limit)),),
        stage=partial(stage, peer),
        how=f"CPU of the server per POST /v1/prices (token checked, 6 formulas and option, each line explained), {how}",
        rounds=5,
        seconds=25,
    )


TRIALS = (
    _trial("quote_cpu_vs_empty_route", 3, "empty", "against an empty Flask route on the same server and settings"),
    _trial("quote_cpu_vs_fastapi", 1.3, "fastapi", "against the same rules and JSON in FastAPI on uvicorn"),
)


@contextmanager
def turns(settings: dict[str, Any]) -> Iterator[Callable[[], list[float]]]:
    """Start one server and give the function that asks it and says its CPU per answer in microseconds."""
    folder, (port,) = temporary_folder("bench"), free_ports(1)
    command = [sys.executable, "-m", "tests.load.price_servers", settings["server"], str(port), str(folder)]
    # Its log lines are written, and cost the same wherever the bench itself is run.
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ask = _asker(settings["server"], port, token_of(server, folder))
        with ThreadPoolExecutor(CONNECTIONS) as pool:

            def turn() -> list[float]:
                before = tree_cpu(server.pid)
                list(pool.map(ask, [ANSWERS_A_TURN // CONNECTIONS] * CONNECTIONS))
                return [(tree_cpu(server.pid) - before) / ANSWERS_A_TURN * 1e6]

            yield turn
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def households() -> list[bytes]:
    """Bodies that differ in everything that a price depends on."""
    chance = random.Random(_SEED)

    def birth() -> str:
        return f"{chance.randint(1952, 2007)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"

    places = [("16000", "Angoulême"), ("67000", "Strasbourg"), ("59000", "Lille"), ("33000", "Bordeaux")]
    levels = ["minimal", "medium", "reinforced", "extra"]
    bodies = []
    for _ in range(_BODIES):
        postcode, town = chance.choice(places)
        needs = {area: chance.choice(levels) for area in factories.needs()}
        spouse = birth() if chance.random() < 0.5 else None
        asked = factories.prices(
            birth_date=birth(),
            spouse_birth_date=spouse,
            children=chance.randint(0, 4),
            postcode=postcode,
            town=town,
            needs=needs,
        )
        bodies.append(orjson.dumps(asked))
    return bodies


def _asker(server: str, port: int, token: str) -> Callable[[int], None]:
    bodies = households()
    headers = {"Authorization": token, "Content-Type": "application/json"}

    def ask(count: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(count):
            if server == "empty":
                connection.request("GET", "/")
            else:
                connection.request("POST", "/v1/prices", random.choice(bodies), headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{server} answered {answer.status}: {content[:300]!r}")
        connection.close()

    return ask


def token_of(server: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait until a price server has started, and return the token that it takes."""
    deadline = time.monotonic() + _START_SECONDS
    place = folder / TOKEN
    while not place.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.1)
    time.sleep(1)  # it listens a moment after its application is made
    return place.read_text()
