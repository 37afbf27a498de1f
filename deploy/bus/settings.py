"""Where the broker is and who asks: the operator's settings, from the environment.

`BUS_ADMIN_URL` (amqp:// or amqps://, an account that may configure everything in its virtual host) is needed. What AMQP
cannot do, creating accounts and listing bindings, goes through the management API when `BUS_MANAGEMENT_URL` names it
(http://user:password@host:15672), else through `RABBITMQCTL`, a command that may have words before it
(« docker compose exec -T rabbitmq rabbitmqctl »). Both addresses may stand in a file that `…_FILE` names.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingConnection

from deploy.bus.administration import Administration
from deploy.bus.management import ManagementApi
from deploy.bus.rabbitmqctl import RabbitMQCtl
from plumbing.settings import Environment

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Settings:
    """The operator's way to one virtual host."""

    url: str
    management_url: str
    rabbitmqctl: tuple[str, ...]

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read them; SettingsError says what is missing."""
        environment = Environment(environ, "the operator's tool")
        settings = cls(
            url=environment.secret("BUS_ADMIN_URL"),
            management_url=environment.secret("BUS_MANAGEMENT_URL", ""),
            rabbitmqctl=tuple(shlex.split(environment.text("RABBITMQCTL", "rabbitmqctl"))),
        )
        environment.finish()
        return settings

    @property
    def virtual_host(self) -> str:
        """The virtual host that the URL names."""
        named: str = pika.URLParameters(self.url).virtual_host
        return named

    def administration(self) -> Administration:
        """What creates accounts and lists bindings; nothing is called before it is used."""
        if self.management_url:
            return ManagementApi(self.management_url, self.virtual_host)
        return RabbitMQCtl(self.rabbitmqctl, self.virtual_host)

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """An open connection of the operator; every wait on it ends after half a minute."""
        parameters = pika.URLParameters(self.url)
        parameters.socket_timeout = parameters.blocked_connection_timeout = _PATIENCE_SECONDS
        parameters.client_properties = {"connection_name": "parapluie operator"}
        connection = BlockingConnection(parameters)
        try:
            yield connection
        finally:
            if connection.is_open:
                connection.close()
