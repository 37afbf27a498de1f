"""What one partner has on the broker: an account, a queue, the types granted to him, and one way to speak.

He may read his queue, publish under his own name to the exchange of the partners, and nothing else: he declares nothing
and binds nothing. What he was granted is the bindings of his queue, and is kept nowhere else.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pika.exceptions import ChannelClosedByBroker

from deploy.bus.administration import Administration, Rights
from deploy.bus.declared import EVENTS, PARTNERS

NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")
LONGEST_QUEUE = 1_000_000
"""Messages. A partner who does not read must never fill the broker's disk: his oldest ones go first."""

_NOTHING = "^$"
_NOT_FOUND = 404


class Refused(Exception):
    """The operator asked for something that cannot be done; the text is for him."""


@dataclass(frozen=True)
class Partner:
    """The names that go with one partner."""

    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Refused(f"{self.name!r} is no partner's name: 2 to 30 of a-z, 0-9 and -, beginning with a letter")

    @property
    def account(self) -> str:
        """Never the name of a service's account: those have no dot."""
        return f"partner.{self.name}"

    @property
    def queue(self) -> str:
        return f"{self.account}.inbox"

    @property
    def rights(self) -> Rights:
        return Rights(configure=_NOTHING, write=_exactly(PARTNERS), read=_exactly(self.queue))

    @property
    def keys(self) -> str:
        return f"^{_literally(self.account)}\\."


def _exactly(name: str) -> str:
    return f"^{_literally(name)}$"


def _literally(name: str) -> str:
    return name.replace(".", "\\.")


class Plugging:
    """Adds and removes partners. `connection` is pika's, of an account that may configure everything."""

    def __init__(self, connection: Any, administration: Administration, grantable: Collection[str]) -> None:
        self._connection = connection
        self._administration = administration
        self._grantable = grantable

    def add(self, partner: Partner, types: Collection[str]) -> str:
        """Create everything and return the password, which is kept nowhere. What was half made is taken away again."""
        self._refuse_ungrantable(types)
        if not self._is_there(_asking_for_exchanges):
            raise Refused(f"{EVENTS} or {PARTNERS} is missing: start a service's worker first")
        if self._is_plugged(partner):
            raise Refused(f"{partner.name} is plugged in already")
        password = secrets.token_urlsafe(24)
        try:
            self._declare(partner, types)
            self._administration.add_account(partner.account, password)
            # The limit first: rights without it would let him speak under any name for a moment.
            self._administration.limit_topics(partner.account, PARTNERS, write=partner.keys)
            self._administration.grant(partner.account, partner.rights)
        except BaseException:
            self.remove(partner)
            raise
        return password

    def remove(self, partner: Partner) -> tuple[bool, int]:
        """Take away whatever there is of him; return whether he was plugged in, and how many messages were unread."""
        was_plugged = self._is_plugged(partner)
        self._administration.remove_account(partner.account)
        channel = self._connection.channel()
        deleted = channel.queue_delete(partner.queue)
        channel.close()
        return was_plugged, deleted.method.message_count

    def new_password(self, partner: Partner) -> str:
        """Give him another password and return it; the old one opens no new connection."""
        self._refuse_unknown(partner)
        password = secrets.token_urlsafe(24)
        self._administration.change_password(partner.account, password)
        return password

    def grants(self, partner: Partner) -> list[str]:
        """Return the types that his queue hears."""
        self._refuse_unknown(partner)
        bindings = self._administration.bindings()
        return sorted(
            each.routing_key for each in bindings if (each.source, each.destination) == (EVENTS, partner.queue)
        )

    def grant(self, partner: Partner, types: Collection[str]) -> list[str]:
        """Let his queue hear exactly these types and return what it heard before. What waits there stays."""
        self._refuse_ungrantable(types)
        before = self.grants(partner)
        self._declare(partner, set(types) - set(before))
        channel = self._connection.channel()
        for taken in sorted(set(before) - set(types)):
            channel.queue_unbind(partner.queue, EVENTS, taken)
        channel.close()
        return before

    def _declare(self, partner: Partner, types: Collection[str]) -> None:
        arguments = {
            "x-queue-type": "quorum",
            "x-delivery-limit": 1_000_000,  # RabbitMQ 4 would drop what he gave back twenty times
            "x-max-length": LONGEST_QUEUE,
            "x-overflow": "drop-head",  # reject-publish would hold back the events for everybody else
        }
        channel = self._connection.channel()
        channel.queue_declare(partner.queue, durable=True, arguments=arguments)
        for granted in sorted(types):
            channel.queue_bind(partner.queue, EVENTS, granted)
        channel.close()

    def _refuse_ungrantable(self, types: Collection[str]) -> None:
        refused = sorted(set(types) - set(self._grantable))
        if refused:
            raise Refused(f"not for partners: {', '.join(refused)}. For them: {', '.join(sorted(self._grantable))}")

    def _refuse_unknown(self, partner: Partner) -> None:
        if not self._is_plugged(partner):
            raise Refused(f"{partner.name} is not plugged in")

    def _is_plugged(self, partner: Partner) -> bool:
        # His queue is made first and goes last.
        return self._is_there(lambda channel: channel.queue_declare(partner.queue, passive=True))

    def _is_there(self, ask: Callable[[Any], Any]) -> bool:
        channel = self._connection.channel()
        try:
            ask(channel)
        except ChannelClosedByBroker as answer:
            if answer.reply_code == _NOT_FOUND:
                return False
            raise
        channel.close()
        return True


def _asking_for_exchanges(channel: Any) -> None:
    for exchange in (EVENTS, PARTNERS):
        channel.exchange_declare(exchange, passive=True)
