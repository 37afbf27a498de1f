"""Who is calling: the actor in a bearer token, verified offline against the identity service's published keys.

No Flask here: `plumbing.http.guards` turns the refusals into answers.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from plumbing.clock import Clock, SystemClock

ISSUER = "parapluie/member"
AUDIENCE = "parapluie"
ALGORITHM = "EdDSA"
ROLES = frozenset({"guest", "member", "broker", "manager", "employer", "partner", "service"})

LONGEST_TOKEN = 8_192
CLOCK_SKEW = 30.0  # seconds by which another machine's clock may run ahead of ours (iat, nbf)
REFETCH_PAUSE = 10.0  # seconds between two fetches that an unknown key asks for
REFRESH_AFTER = 600.0  # seconds after which keys are fetched again anyway, so that a withdrawn one is forgotten

JwksSource = Callable[[], Mapping[str, Any]]


class EdDSARegistry(JWSRegistry):
    """Allows EdDSA and nothing else, whatever a token's header asks for.

    RFC 9864 would rather name the curve in `alg`, and joserfc warns about it at each use. Only Ed25519 keys are ever
    accepted here, so there is nothing left to confuse.
    """

    def get_alg(self, name: str) -> Any:
        if name != ALGORITHM:
            raise UnsupportedAlgorithmError(f"{name} is not {ALGORITHM}")
        return self.algorithms[name]


EDDSA_ONLY = EdDSARegistry()


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request, as his token says.

    `scopes` are whole words such as "subscription:0198…". `second_factor` says that the token was made with one.
    """

    id: str
    role: str
    tenant: str
    scopes: frozenset[str] = frozenset()
    second_factor: bool = False

    def may(self, scope: str) -> bool:
        """Say whether the token carries exactly this scope."""
        return scope in self.scopes


class TokenRefused(Exception):
    """The token does not prove anything: answered 401. `code` is stable, `expired` lets a client refresh."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class IdentityUnavailable(Exception):
    """No key to check the token with, because the identity service cannot be reached: answered 503."""


class TokenVerifier:
    """Checks EdDSA bearer tokens and remembers the good ones until they expire. Safe to share between threads.

    `jwks` is a callable that returns the key set, or its URL (then `http` fetches it). An Ed25519 verification costs
    about 130 µs and a remembered token 2 µs, so each token is verified once in its life.
    """

    def __init__(
        self,
        jwks: JwksSource | str,
        *,
        http: httpx.Client | None = None,
        audience: str = AUDIENCE,
        issuer: str = ISSUER,
        clock: Clock | None = None,
        remembered: int = 10_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._fetch = (
            jwks if callable(jwks) else _fetcher(jwks, http or httpx.Client(timeout=httpx.Timeout(5, connect=2)))
        )
        self._audience = audience
        self._issuer = issuer
        self._clock = clock or SystemClock()
        self._remembered = remembered
        self._actors: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        self._actors_lock = threading.Lock()
        self._keys: dict[str, OKPKey] = {}
        self._keys_lock = threading.Lock()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._last_try_failed = False

    def verify(self, token: str) -> Actor:
        """Return the actor of `token`; raise `TokenRefused` or `IdentityUnavailable`."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("token.malformed")
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        now = self._clock.now().timestamp()
        with self._actors_lock:
            known = self._actors.get(digest)
            if known is not None:
                self._actors.move_to_end(digest)
        if known is not None:
            expires_at, actor = known
            if now < expires_at:
                return actor
            raise TokenRefused("token.expired")
        expires_at, actor = self._verify(token, now)
        with self._actors_lock:
            self._actors[digest] = (expires_at, actor)
            while len(self._actors) > self._remembered:
                self._actors.popitem(last=False)
        return actor

    def _verify(self, token: str, now: float) -> tuple[float, Actor]:
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused("token.malformed") from None
        kid = header.get("kid")
        # The algorithm is ours to choose, never the token's: "none" and HMAC with a public key end here.
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise TokenRefused("token.malformed")
        key = self._key(kid)
        try:
            claims = jwt.decode(token, key, registry=EDDSA_ONLY).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused("token.invalid") from None
        return _actor_of(claims, now=now, audience=self._audience, issuer=self._issuer)

    def _key(self, kid: str) -> OKPKey:
        key = self._keys.get(kid)
        if key is None or self._is_old():
            self._refresh(wait=key is None)
            # While the identity service is down, the keys we have stay and go on being good.
            key = self._keys.get(kid)
        if key is not None:
            return key
        if self._last_try_failed:
            raise IdentityUnavailable
        raise TokenRefused("token.invalid")

    def _is_old(self) -> bool:
        return self._fetched_at is None or self._monotonic() - self._fetched_at > REFRESH_AFTER

    def _refresh(self, *, wait: bool) -> None:
        """Fetch the keys unless that was tried moments ago; only one thread does, and only newcomers wait for it."""
        if not self._keys_lock.acquire(blocking=wait):
            return
        try:
            moment = self._monotonic()
            if self._tried_at is not None and moment - self._tried_at < REFETCH_PAUSE:
                return
            self._tried_at = moment
            try:
                self._keys = _keys_of(self._fetch())
            except Exception:  # noqa: BLE001 - whatever the source raises, we have no new keys
                self._last_try_failed = True
            else:
                self._last_try_failed = False
                self._fetched_at = self._monotonic()
        finally:
            self._keys_lock.release()


def bearer_token(header: str | None) -> str | None:
    """Return the token of an Authorization header, None when there is no bearer token in it."""
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else None


def _fetcher(url: str, http: httpx.Client) -> JwksSource:
    def fetch() -> Mapping[str, Any]:
        answer = http.get(url)
        answer.raise_for_status()
        document: Mapping[str, Any] = answer.json()
        return document

    return fetch


def _keys_of(document: Mapping[str, Any]) -> dict[str, OKPKey]:
    """Keep the Ed25519 public keys of a JWKS; others are not ours to use."""
    keys: dict[str, OKPKey] = {}
    for entry in document["keys"]:
        if entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519" and isinstance(entry.get("kid"), str):
            keys[entry["kid"]] = OKPKey.import_key({k: entry[k] for k in ("kty", "crv", "x", "kid")})
    if not keys:
        raise ValueError("the key set holds no Ed25519 key")
    return keys


def _actor_of(claims: Mapping[str, Any], *, now: float, audience: str, issuer: str) -> tuple[float, Actor]:
    expires_at, issued_at = _instant(claims, "exp"), _instant(claims, "iat")
    not_before = _instant(claims, "nbf") if "nbf" in claims else issued_at
    if expires_at <= now:
        raise TokenRefused("token.expired")
    if max(issued_at, not_before) > now + CLOCK_SKEW or expires_at <= issued_at:
        raise TokenRefused("token.invalid")
    audiences = claims.get("aud")
    if claims.get("iss") != issuer or audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise TokenRefused("token.invalid")
    subject, tenant, role, scope = (claims.get(name, "") for name in ("sub", "tenant", "role", "scope"))
    if not all(isinstance(value, str) for value in (subject, tenant, role, scope)) or not subject or not tenant:
        raise TokenRefused("token.invalid")
    if role not in ROLES:
        raise TokenRefused("token.invalid")
    methods = claims.get("amr")
    second_factor = isinstance(methods, list) and "mfa" in methods  # RFC 8176
    return expires_at, Actor(subject, role, tenant, frozenset(scope.split()), second_factor)


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    # A JSON true is an int in Python, and NaN is below and above nothing.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**40:
        raise TokenRefused("token.invalid")
    return float(value)
