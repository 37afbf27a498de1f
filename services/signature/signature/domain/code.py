"""The six digits that sign: how they are drawn, kept, limited and compared.

Only an HMAC is kept, under a key that is not in the database: a million codes are tried against a plain hash in less
than a second. The print binds ceremony, signer, sequence, mobile and manifest, so a code is right for one person, one
telephone and one set of documents. Limits from reference practice (NIST SP 800-63B-4 §3.1.3, OWASP Transaction
Authorization): five minutes, five wrong tries in all that no resend gives back, three resends ever further apart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signature.domain.canonical import canonical_json

DIGITS: Final = 6
LIFE: Final = timedelta(minutes=5)
WRONG_TRIES: Final = 5
COOLDOWNS: Final = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120))
SENDS: Final = 1 + len(COOLDOWNS)
"""One SMS and three resends a round; `COOLDOWNS[n]` is the wait after SMS number n + 1 of it."""


class CodeTooSoon(Exception):
    """Another code may be asked for from `resend_at` on."""

    def __init__(self, resend_at: datetime) -> None:
        super().__init__(f"not before {resend_at.isoformat()}")
        self.resend_at = resend_at


class NoSendsLeft(Exception):
    """The SMS and its three resends are spent."""


class CodeElsewhere(Exception):
    """The code was asked for from another browser session; it is good for that one alone."""


@dataclass
class IssuedCode:
    """One code sent to the signer. `digest` is blanked as soon as the code can no longer be used.

    `session` is the SHA-256 of the browser session that asked for it, the only one it may be given from.
    """

    sequence: int
    digest: str
    sent_at: datetime
    expires_at: datetime
    consumed_at: datetime | None = None
    session: str = ""

    @property
    def live(self) -> bool:
        return self.consumed_at is None and self.digest != ""

    def void(self) -> None:
        self.digest = ""

    def matches(self, digest: str, *, now: datetime) -> bool:
        """Tell whether `digest` is this code's, in time and not used. The time taken says nothing about the digits."""
        same = hmac.compare_digest(self.digest.encode(), digest.encode())
        return same and self.live and now < self.expires_at


@dataclass(frozen=True)
class Binding:
    """All that a code is good for."""

    ceremony_id: str
    signer_id: str
    sequence: int
    mobile: str
    manifest_sha256: str

    def digest(self, key: bytes, code: str) -> str:
        """Return the keyed print of `code` for this binding, in hexadecimal."""
        message = canonical_json(
            [self.ceremony_id, self.signer_id, self.sequence, self.mobile, self.manifest_sha256, code]
        )
        return hmac.digest(key, message, hashlib.sha256).hex()


def draw_code() -> str:
    """Draw six digits from the operating system's generator; leading zeros count."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def resend_at(last: IssuedCode, *, earlier: int) -> datetime | None:
    """Return when the next one may be asked for; None after the last. `earlier` counts codes of former rounds."""
    sent = last.sequence - earlier
    if sent <= 0:
        return last.sent_at
    return last.sent_at + COOLDOWNS[sent - 1] if sent < SENDS else None


def check_may_send(last: IssuedCode | None, *, earlier: int, now: datetime) -> int:
    """Return the sequence of the next code, or raise CodeTooSoon or NoSendsLeft."""
    if last is None:
        return 1
    again = resend_at(last, earlier=earlier)
    if again is None:
        raise NoSendsLeft
    if now < again:
        raise CodeTooSoon(again)
    return last.sequence + 1
