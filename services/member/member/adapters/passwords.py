"""Argon2id at OWASP's figures, and never many at once."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from member.usecases.ports import HashingBusy

# Said in full: the library's own default costs nine times more for no attacker we know of.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1

# Whoever waits holds one of the few threads that answer everybody. A hash takes about 20 ms: who has not had his turn
# after this long is in a rush that waiting makes worse, and is better told to come back.
_LONGEST_WAIT_SECONDS = 0.4


class Argon2Passwords:
    """Hashes and compares; at most `at_once` threads at a time, so that a rush of sign-ins leaves the rest alive.

    Each hash holds 19 MiB and one core for about 20 ms.
    """

    def __init__(self, *, at_once: int) -> None:
        self._hasher = PasswordHasher(_PASSES, _MEMORY_KIB, _LANES, type=Type.ID)
        self._slots = BoundedSemaphore(at_once)
        # What a password is compared with when there is nobody to compare it with.
        self._dummy = self._hasher.hash(secrets.token_urlsafe(24))

    def hash(self, password: str) -> str:
        with _Slot(self._slots):
            return self._hasher.hash(password)

    def verify(self, password: str, password_hash: str | None) -> bool:
        with _Slot(self._slots):
            try:
                self._hasher.verify(password_hash or self._dummy, password)
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


class _Slot:
    def __init__(self, slots: BoundedSemaphore) -> None:
        self._slots = slots

    def __enter__(self) -> None:
        if not self._slots.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise HashingBusy

    def __exit__(self, *_failure: object) -> None:
        self._slots.release()
