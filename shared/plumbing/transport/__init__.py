"""The bus: publish with an outcome per message, receive with acks; on RabbitMQ, or on one SQLite file.

**One exchange for everybody's bindings.** Consumers and partners bind to the topic exchange `parapluie.events` only.
What happens to an event that nobody hears depends on its audience:

- `required` must come back to the publisher (RETURNED), so that its row stays in the outbox and somebody is told;
- `optional` must be kept in the queue `parapluie.unheard`.

RabbitMQ counts a message as routed when an alternate exchange routes it, and then returns nothing. And an exchange
whose binding to a second exchange matches does not ask its own alternate, though the second has no queue for the
message (measured on 3.10: with `optional --#--> events` it reaches no queue at all). So the choice is made behind the
alternate exchange: `parapluie.events` has the alternate exchange `parapluie.unheard` of type *headers*, whose one
binding wants the header `audience: optional`. An optional message carries it and is kept; a required one finds no
queue there either, and is returned. Every message is published `mandatory`: should the operator have removed that
binding, an optional one comes back too rather than vanish.

What a partner writes to `parapluie.partners` and nobody hears goes to the same queue through a fanout exchange.

**Per service**: quorum queue `<service>.inbox` with a delivery limit, dead-lettered at least once through the exchange
`<service>.dead` to the quorum queue `<service>.dead`; queue `<service>.bindings` keeps the ledger of bound keys. A
service needs configure, write and read on `^<service>\\.`, write on `^parapluie\\.events$` and read on
`^parapluie\\.(events|partners)$`.
"""

from plumbing.transport.bus import Bus
from plumbing.transport.consumer import InboxConsumer
from plumbing.transport.messages import (
    CLOUDEVENTS_JSON,
    BusUnavailable,
    Delivery,
    Outcome,
    OutgoingMessage,
    TopologyRefused,
)
from plumbing.transport.publisher import LARGEST_BODY, Publisher
from plumbing.transport.topology import QueueTopology

__all__ = [
    "CLOUDEVENTS_JSON",
    "LARGEST_BODY",
    "Bus",
    "BusUnavailable",
    "Delivery",
    "InboxConsumer",
    "Outcome",
    "OutgoingMessage",
    "Publisher",
    "QueueTopology",
    "TopologyRefused",
]
