"""The few failures that every service shares. Insurance refusals are each service's own exceptions."""

from __future__ import annotations


class Permanent(Exception):
    """Trying again cannot help: the event or job is parked at once for a person to look at."""


class NotFound(Exception):
    """No such object for this caller; another person's object is answered in the same way.

    `kind` is the noun of the problem code: NotFound("quote") answers 404 `quote.not_found`.
    """

    def __init__(self, kind: str, identifier: str = "") -> None:
        super().__init__(f"{kind} {identifier}".strip())
        self.kind = kind
        self.identifier = identifier


class Forbidden(Exception):
    """The caller is known but may not do this; `reason` is a French sentence for him."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StaleWrite(Exception):
    """Somebody else changed the same object first; nothing of this attempt was kept."""
