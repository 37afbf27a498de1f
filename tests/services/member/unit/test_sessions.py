"""The chain of refresh tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from member.domain.accounts import Role
from member.domain.sessions import (
    Ending,
    Redemption,
    RefreshToken,
    RefreshTokenReused,
    SessionOver,
    SignedInSession,
    idle_life,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def session() -> SignedInSession:
    return SignedInSession.start(identifier="s", tenant="rives", account_id="a", now=NOW)


def token() -> RefreshToken:
    return RefreshToken("h", "rives", "s", NOW, NOW + timedelta(minutes=30))


def test_a_token_is_exchanged_once() -> None:
    fresh = token()

    assert fresh.redeem(session(), NOW) is Redemption.NEXT
    assert fresh.used_at == NOW


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=10)])
def test_for_ten_seconds_it_gives_the_same_successor(later: timedelta) -> None:
    used = token()
    used.redeem(session(), NOW)

    assert used.redeem(session(), NOW + later) is Redemption.SAME
    assert used.used_at == NOW


def test_after_ten_seconds_it_is_a_theft() -> None:
    used = token()
    used.redeem(session(), NOW)

    with pytest.raises(RefreshTokenReused):
        used.redeem(session(), NOW + timedelta(seconds=10) + MOMENT)


def test_an_unused_token_runs_out() -> None:
    assert token().redeem(session(), NOW + timedelta(minutes=30) - MOMENT) is Redemption.NEXT
    with pytest.raises(SessionOver):
        token().redeem(session(), NOW + timedelta(minutes=30))


def test_no_token_outlives_its_session() -> None:
    late = token()
    late.expires_at = NOW + timedelta(days=1)

    assert late.redeem(session(), NOW + timedelta(hours=8) - MOMENT) is Redemption.NEXT
    with pytest.raises(SessionOver):
        late.redeem(session(), NOW + timedelta(hours=8))


@pytest.mark.parametrize("ending", list(Ending))
def test_an_ended_session_takes_no_token_and_keeps_its_first_reason(ending: Ending) -> None:
    over = session()
    over.end(ending, NOW)
    over.end(Ending.REUSED, NOW + timedelta(hours=1))

    assert (over.ending, over.ended_at) == (ending, NOW)
    with pytest.raises(SessionOver):
        token().redeem(over, NOW)


@pytest.mark.parametrize(
    ("role", "minutes"), [(Role.MEMBER, 30), (Role.EMPLOYER, 30), (Role.BROKER, 40), (Role.MANAGER, 40)]
)
def test_the_idle_time_depends_on_the_role(role: Role, minutes: int) -> None:
    assert idle_life(role) == timedelta(minutes=minutes)
