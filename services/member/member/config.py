"""Member's settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from plumbing.resources import CommonSettings
from plumbing.settings import Environment

DEMONSTRATION_PASSWORD = "Parapluie-2026!"  # noqa: S105  printed by `make run` for everybody to see
_SHORTEST_CLIENT_SECRET = 32
_HASHED = "sha256:"


@dataclass(frozen=True)
class Config:
    """`service_clients` holds for each service the SHA-256 of its secrets (two while they are being changed).

    What is allowed a minute is allowed to one caller's address.
    """

    common: CommonSettings
    token_key: OKPKey
    other_token_keys: tuple[OKPKey, ...]
    service_clients: Mapping[str, tuple[str, ...]]
    hashes_at_once: int
    sign_ins_per_minute: int
    link_requests_per_minute: int
    activations_per_minute: int
    service_tokens_per_minute: int
    demonstration_password: str


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="member")
    common = CommonSettings.read(environment)
    token_key = _token_key(environment)
    other_key = environment.secret("OTHER_TOKEN_KEY", "")
    environment.parsed("OTHER_TOKEN_KEY", read_key, "is no Ed25519 key")
    clients = environment.secret("SERVICE_CLIENTS")
    environment.parsed("SERVICE_CLIENTS", read_clients, "is not a list of name=secret (32 characters or more each)")
    at_once = environment.integer("HASHES_AT_ONCE", 2, minimum=1, maximum=64)
    sign_ins = environment.integer("SIGN_INS_PER_MINUTE", 600, minimum=1)
    link_requests = environment.integer("LINK_REQUESTS_PER_MINUTE", 60, minimum=1)
    activations = environment.integer("ACTIVATIONS_PER_MINUTE", 300, minimum=1)
    service_tokens = environment.integer("SERVICE_TOKENS_PER_MINUTE", 240, minimum=1)
    password = environment.text("DEMONSTRATION_PASSWORD", DEMONSTRATION_PASSWORD)
    environment.finish()
    return Config(
        common=common,
        token_key=read_private_key(token_key) if token_key else demonstration_key(),
        other_token_keys=(read_key(other_key),) if other_key else (),
        service_clients=read_clients(clients),
        hashes_at_once=at_once,
        sign_ins_per_minute=sign_ins,
        link_requests_per_minute=link_requests,
        activations_per_minute=activations,
        service_tokens_per_minute=service_tokens,
        demonstration_password=password,
    )


def _token_key(environment: Environment) -> str:
    # An empty text stands for the demonstration's key, which `secret` only lets through with DEMONSTRATION=1.
    text = environment.secret("TOKEN_KEY", demonstration="")
    environment.parsed("TOKEN_KEY", read_private_key, "is no private Ed25519 key")
    environment.parsed("TOKEN_KEY", lambda given: _note_demonstration_key(environment, given), "cannot be read")
    return text


def _note_demonstration_key(environment: Environment, text: str) -> None:
    if read_key(text).thumbprint() == demonstration_key().thumbprint():
        environment.unsafe("TOKEN_KEY", "is the demonstration's key, which everybody can compute")


def demonstration_key() -> OKPKey:
    """Return a signing key that is no secret: whoever reads this line has it."""
    seed = hashlib.sha256(b"Parapluie demonstration: tokens signed with this key prove nothing").digest()
    return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))


def read_key(text: str) -> OKPKey:
    """Read an Ed25519 key from a JWK or a PEM; ValueError when it is none."""
    try:
        key = OKPKey.import_key(orjson.loads(text) if text.lstrip().startswith("{") else text)
    except (JoseError, ValueError, TypeError, KeyError) as failure:
        raise ValueError(f"no Ed25519 key: {type(failure).__name__}") from None
    if key.curve_name != "Ed25519":
        raise ValueError("no Ed25519 key: another curve")
    return key


def read_private_key(text: str) -> OKPKey:
    """As `read_key`; ValueError for a public key."""
    key = read_key(text)
    if not key.is_private:
        raise ValueError("a public key cannot sign")
    return key


def read_clients(text: str) -> dict[str, tuple[str, ...]]:
    """Read `name=secret` or `name=sha256:<hex>`, separated by commas or blanks; a name may come twice.

    ValueError when an entry has another form or a secret is short.
    """
    clients: dict[str, list[str]] = defaultdict(list)
    for entry in re.split(r"[\s,]+", text.strip()):
        name, equals, secret = entry.partition("=")
        if not re.fullmatch(r"[a-z]{2,40}", name) or not equals:
            raise ValueError("an entry is not name=secret")
        clients[name].append(_secret_hash(secret))
    return {name: tuple(hashes) for name, hashes in clients.items()}


def _secret_hash(secret: str) -> str:
    if secret.startswith(_HASHED):
        given = secret.removeprefix(_HASHED).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", given):
            raise ValueError("a hash is not SHA-256 in hexadecimal")
        return given
    if len(secret) < _SHORTEST_CLIENT_SECRET:
        raise ValueError("a secret is short")
    return hashlib.sha256(secret.encode()).hexdigest()
