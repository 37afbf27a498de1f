"""Keys that a test can throw away."""

from __future__ import annotations

import orjson
from joserfc.jwk import OKPKey


def new_token_key() -> str:
    """A fresh private key for `TOKEN_KEY`, as a JWK."""
    return orjson.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)).decode()
