"""Real servers for the tests: RabbitMQ, PostgreSQL and S3.

Each is looked for in this order:

1. its address in the environment (`TEST_RABBITMQ_URL`, `TEST_POSTGRES_URL`, `TEST_S3_URL` as
   `http://key:secret@host:port`);
2. Docker through testcontainers, when an engine answers and has or gets the image;
3. the machine's own programs, started in a temporary folder on free ports. What is missing is installed with apt-get
   where that is allowed.

When all three fail, ServerMissing says in one line what to install: a test that needs a server is never skipped. A
server that already runs on its usual port is left alone unless the environment names it. Everything started here ends
with the context, or with the tests if they are killed.

`TEST_SERVERS=docker` (`make test SERVERS=docker`) takes Docker and nothing else, `TEST_SERVERS=programs` leaves it out.
"""

import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.programs import (
    MOST_CONNECTIONS,
    Probe,
    ServerMissing,
    start_postgres,
    start_rabbitmq,
    start_seaweedfs,
    temporary_folder,
)

__all__ = [
    "PostgresServer",
    "RabbitMQServer",
    "S3Server",
    "ServerMissing",
    "postgres_server",
    "rabbitmq_server",
    "s3_server",
]

# The tags that deploy/compose.yaml names.
RABBITMQ_IMAGE = "rabbitmq:4-management"
POSTGRES_IMAGE = "postgres:17"
S3_IMAGE = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z"

_AMQP_GREETING = (b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00")
_POSTGRES_SSL_REQUEST = (b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"N")
_S3_WITHOUT_KEY = (b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 403")


def _not_ours(*_: str) -> None:
    raise RuntimeError("this server is not ours to freeze or to set: ask for `own=True`")


@dataclass(frozen=True)
class RabbitMQServer:
    """A broker; `url` is amqp://, its user may configure everything.

    One that we started can be told what to do with the arguments of rabbitmqctl; only one that nobody else uses should
    be frozen. `management` is the address of its management API, for the user of `url`: where the environment names
    it, or where it was asked for. `rabbitmqctl` are the words that run the tool against one that we started.
    """

    url: str
    freeze: Callable[[], None] = field(default=_not_ours)
    thaw: Callable[[], None] = field(default=_not_ours)
    control: Callable[..., None] = field(default=_not_ours)
    management: str | None = None
    rabbitmqctl: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostgresServer:
    """A cluster; `url` is SQLAlchemy's (postgresql+psycopg://) for a superuser on the database `postgres`."""

    url: str

    def new_database(self, prefix: str = "test") -> str:
        """Create an empty database and return its URL."""
        import psycopg

        name = f"{prefix}_{secrets.token_hex(6)}"
        with psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    def drop_database(self, url: str) -> None:
        """Drop a database made here, whoever is still connected."""
        import psycopg

        with psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')

    def _plain(self) -> str:
        return self.url.replace("postgresql+psycopg://", "postgresql://", 1)


@dataclass(frozen=True)
class S3Server:
    """An S3 store that refuses whoever has no key; `endpoint` is host:port, as the minio client wants it."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    secure: bool = False


@contextmanager
def rabbitmq_server(*, own: bool = False, management: bool = False) -> Iterator[RabbitMQServer]:
    """A broker for the tests; `own=True` asks for one that nobody else uses and that may be frozen.

    `management` asks for its management API too; one that the environment names has it where it says so.
    """
    named = _named("TEST_RABBITMQ_URL")
    if named and not own:
        yield RabbitMQServer(url=named, management=os.environ.get("TEST_RABBITMQ_MANAGEMENT_URL"))
        return
    with ExitStack() as stack:
        container = _container(stack, RABBITMQ_IMAGE, 5672, _AMQP_GREETING, also=(15672,))
        if container is not None:
            engine = container.container.get_wrapped_container()
            managed = f"{container.address.partition(':')[0]}:{container.container.get_exposed_port(15672)}"
            yield RabbitMQServer(
                url=f"amqp://guest:guest@{container.address}/%2F",
                freeze=engine.pause,
                thaw=lambda: _unpause(engine),
                control=lambda *arguments: _control(engine, arguments),
                management=f"http://{managed}" if management else None,
                rabbitmqctl=("docker", "exec", "-i", engine.id, "rabbitmqctl"),
            )
            return
        node = start_rabbitmq(_folder(stack, "rabbitmq"), management=management)
        stack.callback(node.program.stop)
        program = node.program
        yield RabbitMQServer(
            node.url, program.freeze, program.thaw, node.control, node.management, tuple(node.rabbitmqctl())
        )


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL cluster whose user may create databases and roles."""
    named = _named("TEST_POSTGRES_URL")
    if named:
        yield PostgresServer(url=named.replace("postgresql://", "postgresql+psycopg://", 1))
        return
    with ExitStack() as stack:
        environment = {"POSTGRES_PASSWORD": "postgres"}
        command = f"postgres -c max_connections={MOST_CONNECTIONS}"
        container = _container(
            stack, POSTGRES_IMAGE, 5432, _POSTGRES_SSL_REQUEST, environment=environment, command=command
        )
        if container is not None:
            url = f"postgresql+psycopg://postgres:postgres@{container.address}/postgres"
            _wait_for_login(url)
            yield PostgresServer(url=url)
            return
        program, url = start_postgres(_folder(stack, "postgres"))
        stack.callback(program.stop)
        _wait_for_login(url)
        yield PostgresServer(url=url)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """An S3 store with one key that may do everything and no bucket."""
    named = _named("TEST_S3_URL")
    if named:
        parts = urlsplit(named)
        yield S3Server(
            endpoint=f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}",
            access_key=parts.username or "",
            secret_key=parts.password or "",
            secure=parts.scheme == "https",
        )
        return
    access_key, secret_key = "tests", secrets.token_hex(16)
    with ExitStack() as stack:
        environment = {"MINIO_ROOT_USER": access_key, "MINIO_ROOT_PASSWORD": secret_key}
        container = _container(
            stack, S3_IMAGE, 9000, _S3_WITHOUT_KEY, environment=environment, command="server /data --address :9000"
        )
        if container is not None:
            yield S3Server(endpoint=container.address, access_key=access_key, secret_key=secret_key)
            return
        program, port = start_seaweedfs(_folder(stack, "s3"), access_key=access_key, secret_key=secret_key)
        stack.callback(program.stop)
        yield S3Server(endpoint=f"127.0.0.1:{port}", access_key=access_key, secret_key=secret_key)


def _named(variable: str) -> str | None:
    return None if os.environ.get("TEST_SERVERS") == "docker" else os.environ.get(variable)


def _control(engine: Any, arguments: tuple[str, ...]) -> None:
    code, output = engine.exec_run(["rabbitmqctl", *arguments])
    if code:
        raise RuntimeError(f"rabbitmqctl {arguments[0]} failed: {output.decode(errors='replace')[-500:]}")


def _unpause(engine: Any) -> None:
    engine.reload()
    if engine.status == "paused":
        engine.unpause()


def _folder(stack: ExitStack, name: str) -> Path:
    folder = temporary_folder(name)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _wait_for_login(url: str) -> None:
    # PostgreSQL answers on its port a moment before it lets anybody in, and its image restarts it once.
    import psycopg

    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(plain, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@dataclass(frozen=True)
class _Container:
    container: Any
    address: str


def _container(
    stack: ExitStack,
    image: str,
    port: int,
    greeting: tuple[bytes, bytes],
    *,
    environment: dict[str, str] | None = None,
    command: str | None = None,
    also: tuple[int, ...] = (),
) -> _Container | None:
    """Start a container, or return None when there is no engine or it cannot have the image."""
    required = os.environ.get("TEST_SERVERS") == "docker"
    if not _docker_answers():
        if required:
            raise ServerMissing("no Docker engine answers, and TEST_SERVERS=docker wants nothing else: start it")
        return None
    # The reaper is one more image to fetch; the contexts here end what they start.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    import docker.errors
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(image).with_exposed_ports(port, *also)
    for name, value in (environment or {}).items():
        container = container.with_env(name, value)
    if command is not None:
        container = container.with_command(command)
    try:
        container.start()
    except docker.errors.APIError as failure:  # the image is neither here nor to be had
        if required:
            raise ServerMissing(f"Docker cannot start {image}: {failure}") from failure
        return None
    stack.callback(container.stop)
    published = int(container.get_exposed_port(port))
    host = container.get_container_host_ip()
    _wait_for_greeting(host, published, greeting, image)
    return _Container(container=container, address=f"{host}:{published}")


def _docker_answers() -> bool:
    if os.environ.get("TEST_SERVERS") == "programs" or not _docker_listens():
        return False
    import docker
    import docker.errors

    client = docker.from_env(timeout=5, version="1.40")
    try:
        return bool(client.ping())
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()


def _docker_listens() -> bool:
    # Asked before Docker's client, which leaves a socket open when nobody is there.
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        return connection.connect_ex(host.removeprefix("unix://")) == 0


def _wait_for_greeting(host: str, port: int, greeting: tuple[bytes, bytes], image: str) -> None:
    probe = Probe(port, *greeting, host=host)
    deadline = time.monotonic() + 120
    while not probe.succeeds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{image} did not answer within 120 s")
        time.sleep(0.1)
