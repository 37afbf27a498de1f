"""SMS through a gateway that takes them by mail, addressed `<digits>@<domain>`; the demonstration mailbox is one."""

from __future__ import annotations

import re
from dataclasses import replace

from notifications.usecases.ports import Outgoing, Provider, Refused

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")


class SmsByMail:
    """Turns an SMS into a mail for the gateway behind `provider`."""

    def __init__(self, provider: Provider, domain: str) -> None:
        self._provider = provider
        self._domain = domain
        self.name = f"sms-{provider.name}"

    def send(self, outgoing: Outgoing) -> str:
        """Send to a number in international form (+33612345678); any other is `Refused`."""
        if not _NUMBER.fullmatch(outgoing.recipient):
            raise Refused("not-a-number")
        content = replace(outgoing.content, subject="SMS", html=None)
        address = f"{outgoing.recipient.removeprefix('+')}@{self._domain}"
        return self._provider.send(
            replace(outgoing, recipient=address, recipient_name="", copies=(), content=content, files=())
        )
