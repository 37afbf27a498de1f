"""Member, as quoting needs it: who a broker is, and a token for a guest."""

from __future__ import annotations

from dataclasses import dataclass

from plumbing.errors import Permanent
from plumbing.http.clients import ServiceClient, ServiceError
from quoting.domain.people import Broker


class IdentityUnavailable(Exception):
    """Member did not answer: what needs it now must be tried again in a moment."""


class BrokerUnknown(Permanent):
    """Member knows no such broker."""


@dataclass(frozen=True, slots=True)
class GuestToken:
    """A token for the holder of a link, for one subscription."""

    access_token: str
    expires_in: int


class IdentityClient:
    """Calls member. In a job a failure is retried by the job; in a request it is answered 503."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def broker(self, tenant: str, broker_id: str) -> Broker:
        """Return the broker; BrokerUnknown or IdentityUnavailable."""
        try:
            answer = self._client.get(f"brokers/{broker_id}", tenant=tenant)
        except ServiceError as failure:
            if failure.status == 404:
                raise BrokerUnknown(broker_id) from failure
            raise IdentityUnavailable(str(failure)) from failure
        return Broker(
            id=broker_id,
            company=answer["company"],
            display_name=answer["display_name"],
            email=answer["email"],
            phone=answer.get("phone") or "",
            orias=answer.get("orias") or "",
        )

    def guest_token(self, tenant: str, subscription_id: str) -> GuestToken:
        """Return a thirty-minute token for one subscription; IdentityUnavailable when there is none to be had."""
        try:
            answer = self._client.post(
                "guest-tokens", {"tenant": tenant, "scope": f"subscription:{subscription_id}"}, tenant=tenant
            )
        except ServiceError as failure:
            raise IdentityUnavailable(str(failure)) from failure
        return GuestToken(str(answer["access_token"]), int(answer["expires_in"]))
