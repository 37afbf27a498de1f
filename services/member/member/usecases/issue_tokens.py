"""Tokens for those who have no account: the other services, and a client before he is a member."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from member.domain.secrets import fingerprint
from member.domain.sessions import ACCESS_LIFE, GUEST_LIFE
from member.domain.tenants import UnknownTenant
from member.usecases.ports import Directory, TokenIssuer

_GUEST_SCOPE = re.compile(r"subscription:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ClientRefused(Exception):
    """Unknown service or wrong secret."""


class ScopeRefused(Exception):
    """A guest may be let into one subscription of the caller's own mutuelle, and nothing else."""


@dataclass(frozen=True)
class IssuedToken:
    """An access token and the time it lives."""

    access_token: str
    expires_in: timedelta


def issue_service_token(
    *,
    client_id: str,
    client_secret: str,
    tenant: str,
    clients: Mapping[str, tuple[str, ...]],
    directory: Directory,
    tokens: TokenIssuer,
    now: datetime,
) -> IssuedToken:
    """Return a token of the role `service` for one mutuelle; ClientRefused, UnknownTenant.

    `clients` holds for each service the SHA-256 of its secrets: two while they are being changed.
    """
    given = fingerprint(client_secret)
    # An unknown client is compared too, so that the answer takes as long.
    known = clients.get(client_id, ("",))
    if not any(hmac.compare_digest(given, expected) for expected in known):
        raise ClientRefused(client_id)
    code = directory.tenant_code(tenant)
    if code is None:
        raise UnknownTenant(tenant)
    token = tokens.issue(subject=client_id, tenant=code, role="service", now=now, life=ACCESS_LIFE)
    return IssuedToken(token, ACCESS_LIFE)


def issue_guest_token(
    *, caller_tenant: str, tenant: str, scope: str, tokens: TokenIssuer, now: datetime
) -> IssuedToken:
    """Return a token of the role `guest` good for one subscription; ScopeRefused for anything wider."""
    if tenant != caller_tenant or not _GUEST_SCOPE.fullmatch(scope):
        raise ScopeRefused(scope)
    subscription_id = scope.partition(":")[2]
    token = tokens.issue(
        subject=subscription_id, tenant=tenant, role="guest", now=now, life=GUEST_LIFE, scopes=(scope,)
    )
    return IssuedToken(token, GUEST_LIFE)
