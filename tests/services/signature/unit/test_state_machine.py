"""The ceremony's moves, from every state by every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from signature.domain.ceremony import LIFE, Ceremony
from signature.domain.journal import Happening
from signature.domain.refusal import ReasonCode, Refusal
from signature.domain.relief import NotBlocked, Relief, ReliefKind
from signature.domain.sealing import Level, Sealing
from signature.domain.state import ALLOWED, Blocked, CeremonyOver, IllegalMove, State, move, signature_label
from signature.domain.steps import FailureCause, NoCodeSent, TryOutcome
from tests.services.signature import factories
from tests.services.signature.factories import BY_ADVISER, BY_CLIENT, KEY, NOON, PROVIDER_BOXES

AGAIN = Relief(ReliefKind.AGAIN, "Le réseau était coupé")
OTHER = Relief(ReliefKind.OTHER_MOBILE, "Le client a changé de numéro", "+33698765432")
PAPER = Relief(ReliefKind.ON_PAPER, "Le client préfère le papier")
SOON = NOON + timedelta(minutes=1)
SEALING = Sealing(level=Level.B_B, documents=(), evidence_id="e", evidence_sha256="0" * 64)


def opened() -> Ceremony:
    return factories.accepted_ceremony()


def code_sent() -> Ceremony:
    return factories.coded_ceremony("123456")


def blocked() -> Ceremony:
    ceremony = code_sent()
    at = NOON
    for pause in (30, 60, 120):
        at += timedelta(seconds=pause)
        ceremony.issue_code("123456", message="", key=KEY, now=at, by=BY_CLIENT)
    ceremony.lapse(at + timedelta(minutes=5))
    return ceremony


def signed() -> Ceremony:
    ceremony = code_sent()
    ceremony.try_code("123456", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)
    return ceremony


def sealed() -> Ceremony:
    ceremony = signed()
    ceremony.seal(SEALING, now=NOON)
    return ceremony


def refused() -> Ceremony:
    ceremony = code_sent()
    ceremony.refuse(Refusal.from_text("changed_mind"), now=NOON, by=BY_CLIENT)
    return ceremony


def failed() -> Ceremony:
    ceremony = code_sent()
    for _ in range(5):
        ceremony.try_code("000000", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)
    return ceremony


def expired() -> Ceremony:
    ceremony = code_sent()
    ceremony.lapse(NOON + LIFE)
    return ceremony


STATES: dict[State, Callable[[], Ceremony]] = {
    State.OPEN: opened,
    State.CODE_SENT: code_sent,
    State.BLOCKED: blocked,
    State.SIGNED: signed,
    State.SEALED: sealed,
    State.REFUSED: refused,
    State.FAILED: failed,
    State.EXPIRED: expired,
}

DOORS: dict[str, Callable[[Ceremony], object]] = {
    "ask for a code": lambda each: each.issue_code("654321", message="", key=KEY, now=SOON, by=BY_CLIENT),
    "right code": lambda each: each.try_code("123456", ticked=PROVIDER_BOXES, key=KEY, now=SOON, by=BY_CLIENT),
    "wrong code": lambda each: each.try_code("999999", ticked=PROVIDER_BOXES, key=KEY, now=SOON, by=BY_CLIENT),
    "refuse": lambda each: each.refuse(Refusal.from_text("other"), now=SOON, by=BY_CLIENT),
    "time": lambda each: each.lapse(each.expires_at),
    "more codes": lambda each: each.relieve(AGAIN, now=SOON, by=BY_ADVISER),
    "other number": lambda each: each.relieve(OTHER, now=SOON, by=BY_ADVISER),
    "paper": lambda each: each.relieve(PAPER, now=SOON, by=BY_ADVISER),
    "seal": lambda each: each.seal(SEALING, now=SOON),
}

# Where each door leads from each state; an exception when it is shut.
OVER: dict[str, State | type[Exception]] = {
    "ask for a code": CeremonyOver,
    "right code": CeremonyOver,
    "wrong code": CeremonyOver,
    "refuse": CeremonyOver,
    "more codes": CeremonyOver,
    "other number": CeremonyOver,
    "paper": CeremonyOver,
    "seal": IllegalMove,
}
TABLE: dict[State, dict[str, State | type[Exception]]] = {
    State.OPEN: {
        "ask for a code": State.CODE_SENT,
        "right code": NoCodeSent,
        "wrong code": NoCodeSent,
        "refuse": State.REFUSED,
        "time": State.EXPIRED,
        "more codes": NotBlocked,
        "other number": State.OPEN,
        "paper": State.FAILED,
        "seal": IllegalMove,
    },
    State.CODE_SENT: {
        "ask for a code": State.CODE_SENT,
        "right code": State.SIGNED,
        "wrong code": State.CODE_SENT,
        "refuse": State.REFUSED,
        "time": State.EXPIRED,
        "more codes": NotBlocked,
        "other number": State.OPEN,
        "paper": State.FAILED,
        "seal": IllegalMove,
    },
    State.BLOCKED: {
        "ask for a code": Blocked,
        "right code": Blocked,
        "wrong code": Blocked,
        "refuse": State.REFUSED,
        "time": State.EXPIRED,
        "more codes": State.OPEN,
        "other number": State.OPEN,
        "paper": State.FAILED,
        "seal": IllegalMove,
    },
    State.SIGNED: {**OVER, "time": State.SIGNED, "seal": State.SEALED},
    State.SEALED: {**OVER, "time": State.SEALED},
    State.REFUSED: {**OVER, "time": State.REFUSED},
    State.FAILED: {**OVER, "time": State.FAILED},
    State.EXPIRED: {**OVER, "time": State.EXPIRED},
}


@pytest.mark.parametrize(("state", "door"), [(state, door) for state in State for door in DOORS])
def test_every_door_from_every_state(state: State, door: str) -> None:
    ceremony = STATES[state]()
    assert ceremony.state is state
    expected = TABLE[state][door]
    before = (ceremony.journal_length, ceremony.journal_head)
    if isinstance(expected, State):
        DOORS[door](ceremony)
        assert ceremony.state is expected
    else:
        with pytest.raises(expected):
            DOORS[door](ceremony)
        assert (ceremony.state, ceremony.journal_length, ceremony.journal_head) == (state, *before)


@pytest.mark.parametrize(("source", "target"), [(source, target) for source in State for target in State])
def test_moves_not_in_the_table_are_refused(source: State, target: State) -> None:
    if (source, target) in ALLOWED:
        assert move(source, target) is target
    else:
        with pytest.raises(IllegalMove):
            move(source, target)


def test_over_says_how_it_ended() -> None:
    for state in (State.SIGNED, State.SEALED, State.REFUSED, State.FAILED, State.EXPIRED):
        with pytest.raises(CeremonyOver) as over:
            STATES[state]().refuse(Refusal.from_text("other"), now=SOON, by=BY_CLIENT)
        assert over.value.state is state


def test_the_fifth_wrong_code_fails_the_ceremony() -> None:
    ceremony = code_sent()
    outcomes = [ceremony.try_code("000000", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT) for _ in range(5)]
    assert outcomes == [TryOutcome.WRONG] * 4 + [TryOutcome.FAILED]
    assert ceremony.state is State.FAILED
    assert ceremony.entries[-1].facts["cause"] == FailureCause.WRONG_CODES


def test_it_lasts_24_hours_to_the_second() -> None:
    a_second_before = code_sent()
    assert a_second_before.lapse(NOON + timedelta(hours=24) - timedelta(seconds=1)) is False
    assert a_second_before.standing(NOON + timedelta(hours=24) - timedelta(seconds=1)) is State.CODE_SENT
    on_time = code_sent()
    assert on_time.standing(NOON + timedelta(hours=24)) is State.EXPIRED
    with pytest.raises(CeremonyOver) as over:
        on_time.refuse(Refusal.from_text("other"), now=NOON + timedelta(hours=24), by=BY_CLIENT)
    assert over.value.state is State.EXPIRED
    assert on_time.lapse(NOON + timedelta(hours=24)) is True
    assert on_time.state is State.EXPIRED
    assert on_time.lapse(NOON + timedelta(hours=25)) is False


def test_a_refusal_keeps_the_reason_and_the_words() -> None:
    ceremony = opened()
    ceremony.refuse(Refusal.from_text("Mon adresse est fausse"), now=NOON, by=BY_CLIENT)
    last = ceremony.entries[-1]
    assert last.happening is Happening.REFUSED
    assert last.facts["reason"] == ReasonCode.OTHER
    assert last.facts["words"] == "Mon adresse est fausse"


@pytest.mark.parametrize("state", list(State))
def test_the_contract_shows_signed_only_once_the_code_is_right(state: State) -> None:
    assert signature_label(state) == ("Signé" if state in {State.SIGNED, State.SEALED} else "En cours")
