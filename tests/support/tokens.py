"""Bearer tokens for tests: one Ed25519 key that plays the identity service, and a verifier that knows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from plumbing.auth import AUDIENCE, EDDSA_ONLY, ISSUER, TokenVerifier
from plumbing.clock import Clock
from plumbing.ids import new_id

KEY_ID = "test-key"
KEY = OKPKey.generate_key("Ed25519", {"kid": KEY_ID, "use": "sig", "alg": "EdDSA"})
JWKS: dict[str, Any] = {"keys": [KEY.as_dict(private=False)]}


def token_for(
    role: str,
    sub: str,
    tenant: str = "rives",
    scope: str | Iterable[str] = "",
    *,
    second_factor: bool = False,
    now: datetime | None = None,
    lasts: timedelta = timedelta(minutes=10),
    key: OKPKey = KEY,
    key_id: str = KEY_ID,
    **claims: Any,
) -> str:
    """Return a token as the identity service makes it; `claims` replace or, when None, remove single claims."""
    issued = now or datetime.now(UTC)
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "tenant": tenant,
        "role": role,
        "scope": scope if isinstance(scope, str) else " ".join(scope),
        "iat": int(issued.timestamp()),
        "exp": int((issued + lasts).timestamp()),
        "jti": new_id(),
    }
    if second_factor:
        body["amr"] = ["pwd", "mfa"]
    body = {name: value for name, value in {**body, **claims}.items() if value is not None}
    return jwt.encode({"alg": "EdDSA", "kid": key_id}, body, key, registry=EDDSA_ONLY)


def bearer(role: str, sub: str, tenant: str = "rives", scope: str | Iterable[str] = "", **more: Any) -> dict[str, str]:
    """Return the header of a request that `sub` makes."""
    return {"Authorization": f"Bearer {token_for(role, sub, tenant, scope, **more)}"}


def verifier(clock: Clock | None = None) -> TokenVerifier:
    """Return a verifier that trusts the test key and asks no network."""
    return TokenVerifier(lambda: JWKS, clock=clock)
