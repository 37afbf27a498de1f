"""Builds the real adapters and hands them to the use cases."""

from __future__ import annotations

import hashlib
import hmac

import httpx

from member.adapters.broom import SqlBroom
from member.adapters.passwords import Argon2Passwords
from member.adapters.queries import SqlDirectory
from member.adapters.tables import map_classes
from member.adapters.tokens import KeyRing, RandomSecrets
from member.adapters.unit_of_work import MemberWork
from member.config import Config
from member.messages.publishes import EVENTS
from plumbing.auth import TokenVerifier
from plumbing.cipher import FieldCipher
from plumbing.clock import Clock
from plumbing.resources import Resources


class Bootstrap(Resources[MemberWork]):
    """Everything member works with, built once a process. Its own tokens it verifies without a call to itself."""

    def __init__(self, config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> None:
        self.keys = KeyRing(config.token_key, config.other_token_keys)
        super().__init__(
            config.common,
            work_class=MemberWork,
            events=EVENTS,
            http=http,
            clock=clock,
            verifier=TokenVerifier(self.keys.jwks, clock=clock),
        )
        self.config = config
        self.directory = SqlDirectory(self.engine)
        self.passwords = Argon2Passwords(at_once=config.hashes_at_once)
        self.secrets = RandomSecrets(_chain_key(config.common.field_key))
        self.closing = FieldCipher.from_setting(config.common.field_key)
        self.broom = SqlBroom(self.engine)


def build(config: Config, *, http: httpx.Client | None = None, clock: Clock | None = None) -> Bootstrap:
    """Return what a process of member holds; nothing connects before it is used."""
    map_classes()
    return Bootstrap(config, http=http, clock=clock)


def _chain_key(field_key: str) -> bytes:
    # A key of its own from the one secret that every process of the service shares. When that one is changed, two pages
    # that refresh at the very same moment may sign each other out, once.
    return hmac.digest(field_key.encode(), b"member refresh chain", hashlib.sha256)
