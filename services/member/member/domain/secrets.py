"""What is kept of a secret that was made with 256 random bits: enough to recognise it, useless to whoever reads it."""

from __future__ import annotations

import hashlib


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a secret, in hexadecimal.

    A slow hash would add nothing: there is no guessing at 256 bits. Passwords are another matter.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
