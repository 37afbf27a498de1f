"""The bus on one SQLite file, as a kombu transport: `parapluie+sqlite:////absolute/path/bus.sqlite`.

It speaks AMQP's methods (exchanges with alternates, bindings, confirms, returns, prefetch, acks, rejects, delivery
limits, dead lettering) and keeps RabbitMQ's promises for the processes of one machine: a confirmed message is on the
disk, one that its consumer did not ack comes back, a consumer that is killed loses nothing. The contract tests run on
both.

Not here, because nothing uses it: exchange-to-exchange bindings, transactions, priorities, time to live, users.
"""

from kombu.transport import TRANSPORT_ALIASES

from plumbing.transport.embedded.doorbell import doorbell

ALIAS = "parapluie"
_SCHEME = f"{ALIAS}+sqlite://"


def register() -> None:
    """Teach kombu the URL; harmless when repeated."""
    TRANSPORT_ALIASES[ALIAS] = "plumbing.transport.embedded.transport:Transport"


def ring(url: str) -> None:
    """Make this process's consumers of that file look for messages; does nothing for another transport's URL."""
    if url.startswith(_SCHEME):
        doorbell(url.removeprefix(_SCHEME)).ring()
