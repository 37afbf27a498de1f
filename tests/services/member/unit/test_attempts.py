"""The pause after too many attempts, both sides of each edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from member.domain.attempts import LIMITS, Attempt, AttemptCounter, TooManyAttempts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def counter(kind: Attempt = Attempt.SIGN_IN) -> AttemptCounter:
    return AttemptCounter(kind, "fingerprint", 0, NOW)


def paused(kind: Attempt = Attempt.SIGN_IN) -> AttemptCounter:
    tried = counter(kind)
    while not tried.reserve(NOW):
        pass
    return tried


@pytest.mark.parametrize(("kind", "limit"), [(Attempt.SIGN_IN, 10), (Attempt.RESET, 5)])
def test_the_last_attempt_before_the_pause_is_still_made(kind: Attempt, limit: int) -> None:
    tried = counter(kind)

    assert [tried.reserve(NOW) for _ in range(limit)] == [False] * (limit - 1) + [True]
    with pytest.raises(TooManyAttempts) as refusal:
        tried.reserve(NOW)
    assert refusal.value.until == NOW + LIMITS[kind].pause


@pytest.mark.parametrize(("kind", "pause"), [(Attempt.SIGN_IN, 15), (Attempt.RESET, 60)])
def test_the_pause_ends_on_the_minute(kind: Attempt, pause: int) -> None:
    end = NOW + timedelta(minutes=pause)

    with pytest.raises(TooManyAttempts):
        paused(kind).reserve(end - timedelta(microseconds=1))
    assert paused(kind).reserve(end) is False


def test_after_the_pause_counting_starts_again() -> None:
    tried = paused()
    end = NOW + timedelta(minutes=15)

    assert [tried.reserve(end) for _ in range(10)] == [False] * 9 + [True]


def test_a_refused_attempt_does_not_prolong_the_pause() -> None:
    tried = paused()
    with pytest.raises(TooManyAttempts):
        tried.reserve(NOW + timedelta(minutes=14))

    assert tried.reserve(NOW + timedelta(minutes=15)) is False


@pytest.mark.parametrize(("seconds", "last"), [(86_399, True), (86_400, False)])
def test_failures_are_forgotten_after_a_day_without_any(seconds: int, last: bool) -> None:
    tried = counter()
    for _ in range(9):
        tried.reserve(NOW)

    assert tried.reserve(NOW + timedelta(seconds=seconds)) is last


def test_success_forgets_the_failures() -> None:
    tried = counter()
    for _ in range(9):
        tried.reserve(NOW)
    tried.clear()

    assert tried.reserve(NOW) is False
