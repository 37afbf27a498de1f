"""How many codes may be sent in all, whatever the ceremony: a wall against SMS pumping.

Counted in a table that every process shares, in the transaction that sends the SMS: if the count cannot be taken,
nothing is sent.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

FRENCH_COUNTRIES: Final = frozenset({"33", "262", "590", "594", "596"})
"""Mainland; Réunion and Mayotte; Guadeloupe, Saint-Martin and Saint-Barthélemy; Guyane; Martinique."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limit:
    """At most `ceiling` codes per `window`, for one value of `scope`. Windows start on multiples of themselves."""

    scope: str
    window: timedelta
    ceiling: int

    def window_start(self, now: datetime) -> datetime:
        return _EPOCH + (now - _EPOCH) // self.window * self.window


@dataclass(frozen=True)
class CodeLimits:
    """Three rounds a day for one telephone and for one ceremony; an hour's ceilings for one network of addresses, for
    one tenant, and for the whole deployment: what an hour of fraud may cost at the very most.

    `countries` are the calling codes that an SMS may go to.
    """

    mobile: Limit = Limit("mobile", timedelta(days=1), 12)
    ceremony: Limit = Limit("ceremony", timedelta(days=1), 12)
    network: Limit = Limit("network", timedelta(hours=1), 60)
    tenant: Limit = Limit("tenant", timedelta(hours=1), 600)
    deployment: Limit = Limit("deployment", timedelta(hours=1), 1500)
    countries: frozenset[str] = FRENCH_COUNTRIES

    def counted(self, *, mobile: str, ceremony_id: str, ip: str, tenant: str) -> tuple[tuple[Limit, str], ...]:
        """Return each limit with the value that one more SMS is counted for."""
        return (
            (self.mobile, mobile),
            (self.ceremony, ceremony_id),
            (self.network, network_of(ip)),
            (self.tenant, tenant),
            (self.deployment, "all"),
        )


class CountryRefused(Exception):
    """No SMS goes to numbers of this country."""


class TooManyCodes(Exception):
    """The limit named `scope` is reached; another code may be asked for from `retry_at` on."""

    def __init__(self, scope: str, retry_at: datetime) -> None:
        super().__init__(f"{scope} limit until {retry_at.isoformat()}")
        self.scope = scope
        self.retry_at = retry_at


def check(limit: Limit, count: int, *, now: datetime) -> None:
    """Raise TooManyCodes when `count`, the new one included, is beyond the ceiling."""
    if count > limit.ceiling:
        raise TooManyCodes(limit.scope, limit.window_start(now) + limit.window)


def network_of(ip: str) -> str:
    """Return the block of addresses that one subscriber may have to himself: /24, or /56 of the version 6.

    What is no address counts as one block, so that a limit that cannot tell callers apart still holds.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 56
    return str(ipaddress.ip_network((address, prefix), strict=False))
