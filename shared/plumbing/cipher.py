"""Encryption at rest for single columns: AES-256-GCM under a key that is not in the database.

A stored value names the key that closed it, so that keys are rotated by adding one and rewriting at leisure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class UnreadableField(Exception):
    """The stored value was closed with a key that this process does not hold, or it was altered."""


class FieldCipher:
    """Closes and opens short texts (a social-security number, an IBAN, a telephone number)."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError("field keys must be 32 bytes each, and the current one among them")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current
        # From the oldest key, listed last: a new key in front leaves every fingerprint findable.
        self._index_key = hmac.digest(list(keys.values())[-1], b"parapluie blind index", hashlib.sha256)

    @classmethod
    def from_setting(cls, text: str) -> FieldCipher:
        """Read `FIELD_KEY`: one or more base64 keys of 32 bytes, separated by commas; the first closes, all open.

        A new key goes in front. The last one also makes the blind indexes, so it stays until they were rewritten.
        ValueError when a key is not 32 bytes of base64.
        """
        keys: dict[str, bytes] = {}
        for encoded in text.split(","):
            key = base64.b64decode(encoded.strip(), validate=True)
            keys[hashlib.sha256(key).hexdigest()[:8]] = key
        return cls(keys, next(iter(keys)))

    def close(self, text: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        closed = self._ciphers[self._current].encrypt(nonce, text.encode(), None)
        return f"{self._current}.{base64.b64encode(nonce + closed).decode()}"

    def open(self, stored: str) -> str:
        key_id, _, encoded = stored.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnreadableField(f"no key {key_id}")
        raw = base64.b64decode(encoded)
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
        except InvalidTag:
            raise UnreadableField("the stored value was altered") from None

    def blind_index(self, text: str) -> str:
        """Return a keyed fingerprint to find a closed value by equality without opening the others.

        It does not change when a new key is put in front.
        """
        return hmac.digest(self._index_key, text.encode(), hashlib.sha256).hex()


def new_field_key() -> str:
    """Return a fresh value for `FIELD_KEY`."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
