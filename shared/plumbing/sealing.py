"""Closing the personal part of an event for one recipient service: compact JWE, ECDH-ES+A256KW on X25519, A256GCM.

Each service holds its own private key and everybody's public ones, one JWK file per service in a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from plumbing.errors import Permanent

_ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]
_HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


class EventSealer:
    """Seals for the others with their public keys, opens what was sealed for its own service."""

    def __init__(self, service: str, own: OKPKey | None, recipients: Mapping[str, OKPKey]) -> None:
        self.service = service
        self._own = own
        self._recipients = dict(recipients)

    @classmethod
    def from_settings(cls, service: str, own_jwk: str | None, directory: Path | None) -> EventSealer:
        """Read the own private JWK and the folder of public ones (`<service>.json`); ValueError unless X25519."""
        recipients = {}
        if directory is not None:
            recipients = {path.stem: _key(path.read_text()) for path in sorted(directory.glob("*.json"))}
        return cls(service, None if own_jwk is None else _key(own_jwk), recipients)

    def seal(self, recipient: str, part: Mapping[str, Any]) -> str:
        """Close `part` for `recipient`; LookupError when its public key is not known here."""
        key = self._recipients.get(recipient)
        if key is None:
            raise LookupError(f"no public sealing key of {recipient}")
        # A header of its own: the library writes the ephemeral key into it, and another thread's would spoil this one.
        return jwe.encrypt_compact(dict(_HEADER), orjson.dumps(part), key, algorithms=_ALGORITHMS)

    def open(self, closed: str) -> dict[str, Any]:
        """Open a part sealed for this service; Permanent when it is not for us or was altered."""
        if self._own is None:
            raise Permanent("this service has no key to open sealed parts")
        try:
            plaintext = jwe.decrypt_compact(closed, self._own, algorithms=_ALGORITHMS).plaintext
        except (JoseError, ValueError) as failure:
            raise Permanent(f"the sealed part cannot be opened: {type(failure).__name__}") from failure
        part = orjson.loads(plaintext or b"{}")
        if not isinstance(part, dict):
            raise Permanent("the sealed part is not an object")
        return part


def _key(text: str) -> OKPKey:
    key = OKPKey.import_key(orjson.loads(text))
    if key.curve_name != "X25519":
        raise ValueError("a sealing key must be X25519")
    return key


def new_sealing_key() -> tuple[str, str]:
    """Return a fresh pair for one service: (private JWK, public JWK) as JSON texts."""
    key = OKPKey.generate_key("X25519", private=True)
    return orjson.dumps(key.as_dict(private=True)).decode(), orjson.dumps(key.as_dict(private=False)).decode()
