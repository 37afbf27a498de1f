"""The bus as one service sees it: where it is and how to speak with it."""

from __future__ import annotations

import threading

from plumbing.transport.consumer import InboxConsumer
from plumbing.transport.dead import DeadLetters
from plumbing.transport.embedded import register, ring
from plumbing.transport.messages import BusUnavailable
from plumbing.transport.publisher import Publisher
from plumbing.transport.topology import Exchanges, QueueTopology, declare_exchanges, declare_inbox, problems
from plumbing.transport.wire import Link

register()


class Bus:
    """Describes the bus for the whole process and holds no connection: publishers and consumers open their own.

    `url` is amqp:// or amqps:// for RabbitMQ, or parapluie+sqlite:////absolute/path for the embedded bus. `heartbeat`
    and `confirm_timeout` are in seconds; the latter bounds every answer that is waited for.
    """

    def __init__(
        self, url: str, *, exchange: str = "parapluie.events", heartbeat: int = 30, confirm_timeout: float = 5.0
    ) -> None:
        self._url = url
        self._exchanges = Exchanges(exchange)
        self._heartbeat = heartbeat
        self._confirm_timeout = confirm_timeout

    def publisher(self) -> Publisher:
        """A publisher for the calling thread."""
        return Publisher(self._connect, exchange=self._exchanges.events, confirm_timeout=self._confirm_timeout)

    def consumer(self, topology: QueueTopology, *, prefetch: int = 100) -> InboxConsumer:
        """A consumer of `<service>.inbox` for the calling thread; it declares the queue when it first receives.

        A process that dies counts a delivery of each of its `prefetch` messages, so keep that small where handlers are
        dangerous.
        """
        return InboxConsumer(
            self._connect,
            exchanges=self._exchanges,
            topology=topology,
            prefetch=prefetch,
            answer_timeout=self._confirm_timeout,
        )

    def dead_letters(self, topology: QueueTopology) -> DeadLetters:
        """The messages that were delivered too often, to be taken inside a `with` block."""
        return DeadLetters(self._connect, topology, answer_timeout=self._confirm_timeout)

    def declare_exchanges(self) -> None:
        """Declare the exchanges all services share and the queue of the unheard; raises BusUnavailable."""
        link = self._connect()
        try:
            with link.in_use(self._confirm_timeout * 2):
                declare_exchanges(link.channel, self._exchanges)
        finally:
            link.close()

    def declare_inbox(self, topology: QueueTopology) -> None:
        """Declare a service's queue and its bindings before anything runs; raises BusUnavailable.

        Its worker does so too, but what others said before its first start would have gone past it.
        """
        link = self._connect()
        try:
            with link.in_use(self._confirm_timeout * 2):
                declare_inbox(link, self._exchanges, topology, seconds=self._confirm_timeout)
        finally:
            link.close()

    def check(self, topology: QueueTopology) -> list[str]:
        """Return what is missing for this service, a sentence each; nothing is changed."""
        try:
            link = self._connect()
        except BusUnavailable as error:
            return [f"the bus is unavailable: {error}"]
        try:
            with link.in_use(self._confirm_timeout * 4):
                return problems(link, self._exchanges, topology)
        except BusUnavailable as error:
            return [f"the bus is unavailable: {error}"]
        finally:
            link.close()

    def ping(self, timeout: float = 2.0) -> bool:
        """Whether the bus lets us in and answers, within about `timeout` seconds."""
        try:
            self._connect(timeout).close()
        except BusUnavailable:
            return False
        return True

    def wake(self) -> None:
        """Make this process's consumers of the embedded bus look at once; on RabbitMQ there is no need."""
        ring(self._url)

    def _connect(self, timeout: float | None = None) -> Link:
        name = f"parapluie {threading.current_thread().name}"
        return Link(self._url, heartbeat=self._heartbeat, timeout=timeout or self._confirm_timeout, name=name)
