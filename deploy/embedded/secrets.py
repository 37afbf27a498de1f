"""The demonstration's secrets: made at the first start, kept under var/, never part of the repository."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from joserfc.jwk import OKPKey

from plumbing.cipher import new_field_key
from plumbing.sealing import new_sealing_key


class SecretFolder:
    """A folder of one secret a file, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, name: str, make: Callable[[], str]) -> str:
        """Return the secret `name`, made by `make` the first time."""
        path = self.folder / name
        if not path.exists():
            # Written aside and renamed: a start that is killed half-way leaves no half secret behind.
            aside = path.with_suffix(".new")
            aside.touch(mode=0o600)
            aside.write_text(make())
            aside.replace(path)
        return path.read_text()

    def token(self, name: str) -> str:
        """Return a random text of 256 bits."""
        return self.get(name, lambda: secrets.token_urlsafe(32))

    def field_key(self, name: str) -> str:
        """Return a key for encrypted columns."""
        return self.get(name, new_field_key)

    def signing_key(self, name: str) -> str:
        """Return a private Ed25519 JWK, as JSON."""
        return self.get(name, _new_signing_key)

    def sealing_keys(self, services: Iterable[str], public_folder: Path) -> dict[str, str]:
        """Return each service's private key for sealed events, and write the public ones into `public_folder`."""
        public_folder.mkdir(parents=True, exist_ok=True)
        private_keys = {}
        for service in services:
            public_file = public_folder / f"{service}.json"

            def make(public_file: Path = public_file) -> str:
                private, public = new_sealing_key()
                public_file.write_text(public)
                return private

            private_keys[service] = self.get(f"{service}.sealing", make)
        return private_keys


def _new_signing_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=True))
