"""Servers of a run's own, which may be killed and come back with their data on the same port."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.programs import (
    Probe,
    Program,
    start_postgres,
    start_rabbitmq,
    start_seaweedfs,
    temporary_folder,
)
from tests.support.servers import PostgresServer, RabbitMQServer, S3Server

_BACK_SECONDS = 90.0


@dataclass
class Killable:
    """One server."""

    name: str
    program: Program
    greets: Probe

    def restore(self) -> float:
        """Start it again on its data and return the seconds until it greets; again when it cannot start yet."""
        begun = time.monotonic()
        while True:
            self.program.start()
            try:
                self.program.wait_until(self.greets, seconds=_BACK_SECONDS)
            except RuntimeError:
                if time.monotonic() - begun > _BACK_SECONDS:
                    raise
                self.program.stop()
                time.sleep(0.5)
            else:
                return time.monotonic() - begun


@dataclass(frozen=True)
class Servers:
    """The three of them."""

    rabbitmq: RabbitMQServer
    postgres: PostgresServer
    s3: S3Server
    killable: dict[str, Killable]


@contextmanager
def own_servers() -> Iterator[Servers]:
    """Start RabbitMQ, PostgreSQL and S3 from the machine's programs, all at once."""
    with ExitStack() as stack:

        def folder(name: str) -> Path:
            made = temporary_folder(name)
            stack.callback(shutil.rmtree, made, ignore_errors=True)
            return made

        folders = {name: folder(name) for name in ("rabbitmq", "postgres", "s3")}
        secret = secrets.token_hex(16)
        with ThreadPoolExecutor(3) as pool:
            node_to_be = pool.submit(start_rabbitmq, folders["rabbitmq"])
            postgres_to_be = pool.submit(start_postgres, folders["postgres"])
            s3_to_be = pool.submit(start_seaweedfs, folders["s3"], access_key="tests", secret_key=secret)
        ended: list[Callable[[], None]] = []
        try:
            node = node_to_be.result()
            ended.append(node.program.stop)
            postgres, postgres_url = postgres_to_be.result()
            ended.append(postgres.stop)
            s3, s3_port = s3_to_be.result()
            ended.append(s3.stop)
            killable = {
                "rabbitmq": Killable(
                    "rabbitmq", node.program, Probe(_port(node.url), b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00")
                ),
                "postgres": Killable(
                    "postgres", postgres, Probe(_port(postgres_url), b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"N")
                ),
                "s3": Killable("s3", s3, Probe(s3_port, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 403")),
            }
            yield Servers(
                RabbitMQServer(node.url, node.program.freeze, node.program.thaw, node.control),
                PostgresServer(postgres_url),
                S3Server(f"127.0.0.1:{s3_port}", "tests", secret),
                killable,
            )
        finally:
            for stop in ended:
                stop()


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
