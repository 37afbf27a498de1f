"""Signing access tokens, publishing the keys to check them with, and making secrets."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from plumbing.auth import ALGORITHM, AUDIENCE, EDDSA_ONLY, ISSUER
from plumbing.ids import new_id


class KeyRing:
    """The key that signs and, while keys are changed, the one before it or the next: both are published.

    A new key is published first, then signs once every verifier has had time to fetch it (ten minutes), and the old one
    is published until its last token has expired.
    """

    def __init__(self, signing: OKPKey, others: Sequence[OKPKey] = ()) -> None:
        if not signing.is_private:
            raise ValueError("the signing key must be private")
        self._signing = signing
        self._kid = signing.thumbprint()
        self._published = {key.thumbprint(): key for key in (signing, *others)}

    def issue(
        self, *, subject: str, tenant: str, role: str, now: datetime, life: timedelta, scopes: tuple[str, ...] = ()
    ) -> str:
        """Return a signed access token."""
        issued_at = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "tenant": tenant,
            "role": role,
            "scope": " ".join(scopes),
            "iat": issued_at,
            "exp": issued_at + int(life.total_seconds()),
            "jti": new_id(),
        }
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": self._kid}
        return jwt.encode(header, claims, self._signing, registry=EDDSA_ONLY)

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the public keys as a JSON Web Key Set."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "x": key.as_dict(private=False)["x"],
                    "use": "sig",
                    "alg": ALGORITHM,
                    "kid": kid,
                }
                for kid, key in self._published.items()
            ]
        }


class RandomSecrets:
    """Secrets of 256 bits as URL-safe text."""

    def __init__(self, chain_key: bytes) -> None:
        self._chain_key = chain_key

    def fresh(self) -> str:
        return secrets.token_urlsafe(32)

    def successor(self, secret: str) -> str:
        """Return the next secret of a chain: whoever has copied one secret cannot compute it without our key."""
        digest = hmac.digest(self._chain_key, secret.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
