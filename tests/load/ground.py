"""The real servers under the bench, started when a figure first needs them and ended with it."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Self

from plumbing.transport import Bus
from tests.support.servers import PostgresServer, RabbitMQServer, postgres_server, rabbitmq_server


class Ground:
    """Found or started as the tests find theirs (tests/support/servers.py)."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def postgres(self) -> PostgresServer:
        return self._stack.enter_context(postgres_server())

    @cached_property
    def rabbitmq(self) -> RabbitMQServer:
        """A broker that nobody else uses, with the exchanges all services share."""
        server = self._stack.enter_context(rabbitmq_server(own=True))
        Bus(server.url).declare_exchanges()
        return server
