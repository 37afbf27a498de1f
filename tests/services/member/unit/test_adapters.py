"""The slow hash, the keys and the secrets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import OKPKey

from member.adapters import passwords as hashing
from member.adapters.passwords import Argon2Passwords
from member.adapters.tokens import KeyRing, RandomSecrets
from member.usecases.ports import HashingBusy
from plumbing.auth import TokenRefused, TokenVerifier
from plumbing.clock import FixedClock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_hash_names_the_figures_that_owasp_gives() -> None:
    assert Argon2Passwords(at_once=1).hash("Abcdefgh-123").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_comparing_with_nobody_is_a_no_after_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Argon2Passwords(at_once=1)
    real = passwords.hash("Abcdefgh-123")

    assert passwords.verify("Abcdefgh-123", real) is True
    assert passwords.verify("Abcdefgh-124", real) is False
    assert passwords.verify("Abcdefgh-123", None) is False
    assert passwords.verify("Abcdefgh-123", "not a hash") is False


def test_no_more_hashes_at_once_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_LONGEST_WAIT_SECONDS", 0.02)
    passwords = Argon2Passwords(at_once=1)
    entered, leave = threading.Event(), threading.Event()

    class Slow:
        def hash(self, _: str) -> str:
            entered.set()
            leave.wait(5)
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    first = threading.Thread(target=passwords.hash, args=("one",))
    first.start()
    assert entered.wait(5)

    with pytest.raises(HashingBusy):
        passwords.hash("another")
    leave.set()
    first.join()
    assert passwords.hash("and another") == "hash"


def test_nobody_holds_a_thread_for_long_while_others_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Argon2Passwords(at_once=1)
    waited: list[float] = []

    class Taken:
        def acquire(self, timeout: float) -> bool:
            waited.append(timeout)
            return False

    monkeypatch.setattr(passwords, "_slots", Taken())

    with pytest.raises(HashingBusy):
        passwords.verify("Abcdefgh-123", None)
    assert 0 < waited[0] < 0.5


def issue(ring: KeyRing, **changes: object) -> str:
    facts = {"subject": "a", "tenant": "rives", "role": "member", "now": NOW, "life": timedelta(minutes=10)}
    return ring.issue(**{**facts, **changes})  # type: ignore[arg-type]


def test_both_keys_of_a_change_are_published_and_one_signs() -> None:
    old, new = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    before, after = KeyRing(old, [new]), KeyRing(new, [old])

    for ring in (before, after):
        assert {key["kid"] for key in ring.jwks()["keys"]} == {old.thumbprint(), new.thumbprint()}
        assert all("d" not in key for key in ring.jwks()["keys"])
        verifier = TokenVerifier(ring.jwks, clock=FixedClock(NOW))
        assert verifier.verify(issue(before)).id == verifier.verify(issue(after)).id == "a"


def test_a_withdrawn_key_signs_nothing_any_more() -> None:
    old, new = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    verifier = TokenVerifier(KeyRing(new).jwks, clock=FixedClock(NOW))

    with pytest.raises(TokenRefused):
        verifier.verify(issue(KeyRing(old)))


def test_scopes_are_words_of_one_claim() -> None:
    ring = KeyRing(OKPKey.generate_key("Ed25519"))
    actor = TokenVerifier(ring.jwks, clock=FixedClock(NOW)).verify(issue(ring, scopes=("one", "two")))

    assert actor.scopes == frozenset({"one", "two"})


def test_a_public_key_cannot_sign() -> None:
    public = OKPKey.import_key(OKPKey.generate_key("Ed25519").as_dict(private=False))
    with pytest.raises(ValueError, match="private"):
        KeyRing(public)


def test_a_successor_is_always_the_same_and_needs_our_key() -> None:
    ours, theirs = RandomSecrets(b"a" * 32), RandomSecrets(b"b" * 32)
    secret = ours.fresh()

    assert ours.successor(secret) == ours.successor(secret) != secret
    assert ours.successor(secret) != theirs.successor(secret)
    assert len(secret) == len(ours.successor(secret)) == 43
    assert ours.fresh() != secret
