"""A broker with the house on it, and the operator's two commands as he would type them."""

from __future__ import annotations

import contextlib
import importlib
import io
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pika

from deploy.bus.__main__ import main as bus
from deploy.partners.__main__ import main as partners
from plumbing.transport import Bus, Outcome, OutgoingMessage, QueueTopology
from tests.support.servers import RabbitMQServer
from tests.support.sources import SPEAKING

CREATED = "quoting.contract.created.v1"
PAID = "claims.benefit.paid.v1"


@dataclass(frozen=True)
class Said:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Account:
    """What the operator hands to a partner."""

    name: str
    account: str
    password: str
    queue: str
    url: str

    @contextmanager
    def channel(self) -> Iterator[Any]:
        """A channel of the partner, with confirms."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            if connection.is_open:
                connection.close()


@dataclass
class Ground:
    """One virtual host of a broker. `through` is how accounts are made: the management API or rabbitmqctl."""

    broker: RabbitMQServer
    virtual_host: str = "/"
    through: str = "management"
    plugged: list[str] = field(default_factory=list)
    overrides: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.url_of("guest", "guest")

    def url_of(self, user: str, password: str) -> str:
        address = self.broker.url.rpartition("@")[2].partition("/")[0]
        return f"amqp://{quote(user)}:{quote(password)}@{address}/{quote(self.virtual_host, safe='')}"

    @property
    def environ(self) -> dict[str, str]:
        """The operator's environment."""
        way = {
            "management": {"BUS_MANAGEMENT_URL": (self.broker.management or "").replace("://", "://guest:guest@")},
            "rabbitmqctl": {"RABBITMQCTL": shlex.join(self.broker.rabbitmqctl)},
            "nothing": {"RABBITMQCTL": "no-such-rabbitmqctl"},
        }
        return {"BUS_ADMIN_URL": self.url, **way[self.through], **self.overrides}

    def partners(self, *words: str) -> Said:
        return _said(partners, words, self.environ)

    def bus(self, *words: str) -> Said:
        return _said(bus, words, self.environ)

    def plug(self, name: str, *types: str) -> Account:
        """Add a partner and return what the operator was told."""
        self.plugged.append(name)
        said = self.partners("add", name, *types)
        assert said.code == 0, said.err
        told = dict(line.split(maxsplit=1) for line in said.out.splitlines())
        url = self.url_of(told["account"], told["password"])
        return Account(name, told["account"], told["password"], told["queue"], url)

    def unplug_all(self) -> None:
        self.through = "management"  # the quicker way
        for name in self.plugged:
            self.partners("remove", name)

    def build_house(self, services: Iterable[str] = SPEAKING) -> None:
        """Declare what the workers of these services declare when they start."""
        house = Bus(self.url)
        house.declare_exchanges()
        for service in services:
            consumer = house.consumer(topology_of(service))
            consumer.open()
            consumer.close()

    def empty(self) -> None:
        """Leave nothing in the house's queues of what other tests said."""
        with self.operator() as channel:
            for queue in ("parapluie.unheard", *(f"{service}.inbox" for service in SPEAKING)):
                channel.queue_purge(queue)

    def publish(self, type: str, message_id: str, body: bytes, *, mandatory: bool = True) -> Outcome:
        """Publish as the relay of a service does."""
        publisher = Bus(self.url).publisher()
        try:
            message = OutgoingMessage(message_id, type, body, type, mandatory=mandatory)
            return publisher.publish_batch([message])[message_id]
        finally:
            publisher.close()

    @contextmanager
    def operator(self) -> Iterator[Any]:
        """A channel that may do everything."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            yield connection.channel()
        finally:
            connection.close()

    def managed(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask the management API, as guest."""
        login = (urlsplit(self.url).username or "", "guest")
        return httpx.request(method, f"{self.broker.management}/api/{path}", json=body, auth=login, timeout=30)


def topology_of(service: str) -> QueueTopology:
    """What the code of a service wants to hear."""
    topology: QueueTopology = importlib.import_module(f"{service}.messages.consumes").SUBSCRIPTIONS.topology()
    return topology


def _said(command: Any, words: tuple[str, ...], environ: dict[str, str]) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(words, environ)
    return Said(code, out.getvalue(), err.getvalue())
