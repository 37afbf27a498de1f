"""What an account may do in each of its states, and the links that move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from member.domain.accounts import Account, AccountClosed, AccountState, Role
from member.domain.links import LinkExpired, LinkUsed, OneTimeLink, Purpose

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


def account(state: AccountState = AccountState.ACTIVE) -> Account:
    return Account(
        id="a", tenant="rives", role=Role.MEMBER, login="nadia@example.org", created_at=NOW, state=state,
        password_hash=None if state is AccountState.INVITED else "hash",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (AccountState.INVITED, False),
        (AccountState.ACTIVE, True),
        (AccountState.LOCKED, True),
        (AccountState.CLOSED, False),
    ],
)
def test_who_may_sign_in(state: AccountState, may: bool) -> None:
    assert account(state).may_sign_in(NOW) is may


def test_a_lock_lasts_until_its_time() -> None:
    locked = account()
    locked.lock(LATER)

    assert locked.state is AccountState.LOCKED
    assert not locked.may_sign_in(LATER - timedelta(microseconds=1))
    assert locked.may_sign_in(LATER)
    locked.sign_in(LATER)
    assert (locked.state, locked.locked_until, locked.last_sign_in_at) == (AccountState.ACTIVE, None, LATER)


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.CLOSED])
def test_what_is_not_open_is_not_locked(state: AccountState) -> None:
    shut = account(state)
    shut.lock(LATER)

    assert shut.state is state


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.ACTIVE, AccountState.LOCKED])
def test_a_new_password_opens_and_unlocks(state: AccountState) -> None:
    holder = account(state)
    holder.lock(LATER)

    holder.choose_password("new", NOW)

    assert (holder.state, holder.password_hash, holder.locked_until) == (AccountState.ACTIVE, "new", None)
    assert holder.opened


def test_the_day_of_opening_stays() -> None:
    holder = account(AccountState.INVITED)
    assert not holder.opened
    holder.choose_password("first", NOW)
    holder.choose_password("second", LATER)

    assert holder.opened_at == NOW


def test_a_closed_account_takes_no_password() -> None:
    with pytest.raises(AccountClosed):
        account(AccountState.CLOSED).choose_password("new", NOW)


def test_without_an_email_the_member_number_identifies() -> None:
    holder = account()
    holder.member_number = "042100000112"
    assert holder.identifier == "nadia@example.org"
    holder.login = None
    assert holder.identifier == "042100000112"


def link(purpose: Purpose) -> OneTimeLink:
    return OneTimeLink.issue(identifier="l", tenant="rives", account_id="a", purpose=purpose, secret_hash="h", now=NOW)


@pytest.mark.parametrize(
    ("purpose", "life"), [(Purpose.OPENING, timedelta(days=7)), (Purpose.RESET, timedelta(minutes=30))]
)
def test_a_link_is_good_to_its_last_instant(purpose: Purpose, life: timedelta) -> None:
    link(purpose).check(NOW + life)
    with pytest.raises(LinkExpired):
        link(purpose).check(NOW + life + timedelta(microseconds=1))


def test_a_used_link_says_so_even_when_it_has_expired() -> None:
    used = link(Purpose.RESET)
    used.used_at = NOW

    for moment in (NOW, NOW + timedelta(days=1)):
        with pytest.raises(LinkUsed):
            used.check(moment)
