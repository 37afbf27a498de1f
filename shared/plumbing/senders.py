"""Who says it: an envelope is the sender's own words, so what a partner writes is believed about himself alone.

The broker vouches for two things of a partner's message: its routing key begins with `partner.<name>.` (topic
permission), and `user_id`, if it is there, is the account that published it. The envelope has to say the same, or a
partner could speak as another one, or as one of our own services: his message reaches a queue by its key, but it is
handled by its type.
"""

from __future__ import annotations

from plumbing.envelope import Envelope, Malformed, Received, parse
from plumbing.transport import Delivery

PARTNER = "partner"
_ANY = "*"


class ForgedSender(Malformed):
    """The envelope names another sender than the broker does. Nothing in it is believed, not even its id."""


def read(delivery: Delivery) -> Received:
    """Take a message apart and check who says it; Malformed when it is no event, ForgedSender when it lies."""
    received = parse(delivery.body)
    partner = partner_of(delivery.routing_key)
    if partner is None:
        _refuse_partner_words(received.envelope)
    else:
        _check_partner(delivery, received.envelope, partner)
    return received


def partner_of(key: str) -> str | None:
    """Return the partner whom a routing key or a type belongs to, None when it is one of our own."""
    word, _, rest = key.partition(".")
    return rest.partition(".")[0] if word == PARTNER else None


def any_partners(key: str) -> str:
    """Return the key with `*` in the partner's place, as it is bound and heard; one of our own as it is."""
    partner = partner_of(key)
    return key if partner is None else f"{PARTNER}.{_ANY}{key.removeprefix(f'{PARTNER}.{partner}')}"


def _check_partner(delivery: Delivery, envelope: Envelope, partner: str) -> None:
    account = f"{PARTNER}.{partner}"
    if delivery.user_id != account:
        raise ForgedSender(f"came under the key of {account} without its user_id")
    if envelope.type != delivery.routing_key:
        raise ForgedSender(f"{account} gave it another type than its routing key")
    if envelope.source != f"/{PARTNER}/{partner}":
        raise ForgedSender(f"{account} gave it another source than /{PARTNER}/{partner}")


def _refuse_partner_words(envelope: Envelope) -> None:
    if partner_of(envelope.type) is not None or envelope.source.startswith(f"/{PARTNER}/"):
        raise ForgedSender("speaks as a partner and did not come from one")
