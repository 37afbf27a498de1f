"""The one-time code, on both sides of each of its limits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signature.domain import code as codes
from signature.domain.ceremony import Ceremony
from signature.domain.code import Binding, CodeTooSoon, NoSendsLeft, draw_code
from signature.domain.consents import ConsentMissing
from signature.domain.journal import Happening
from signature.domain.state import State
from signature.domain.steps import DocumentsNotAccepted, TryOutcome
from tests.services.signature import factories
from tests.services.signature.factories import ALL_BOXES, BY_CLIENT, DOCUMENT_IDS, KEY, NOON, PROVIDER_BOXES

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def give(ceremony: Ceremony, code: str, at: datetime) -> TryOutcome:
    return ceremony.try_code(code, ticked=PROVIDER_BOXES, key=KEY, now=at, by=BY_CLIENT)


def send(ceremony: Ceremony, code: str, at: datetime) -> None:
    ceremony.issue_code(code, message="", key=KEY, now=at, by=BY_CLIENT)


def test_codes_are_six_digits() -> None:
    drawn = {draw_code() for _ in range(500)}
    assert all(len(code) == 6 and code.isdecimal() for code in drawn)
    assert len(drawn) > 490


def test_no_code_before_every_document_is_accepted() -> None:
    ceremony = factories.ceremony()
    for accepted, document_id in enumerate(DOCUMENT_IDS):
        with pytest.raises(DocumentsNotAccepted) as refusal:
            send(ceremony, "123456", NOON)
        assert refusal.value.remaining == 3 - accepted
        factories.read(ceremony, document_id)
        ceremony.accept(document_id, ticked=ALL_BOXES, now=NOON, by=BY_CLIENT)
    send(ceremony, "123456", NOON)
    assert ceremony.state is State.CODE_SENT


def test_a_code_lives_five_minutes_and_not_a_microsecond_more() -> None:
    assert give(factories.coded_ceremony("123456"), "123456", NOON + timedelta(minutes=5) - MICROSECOND) == "signed"
    assert give(factories.coded_ceremony("123456"), "123456", NOON + timedelta(minutes=5)) == "wrong"


def test_a_code_does_not_outlive_its_ceremony() -> None:
    ceremony = factories.accepted_ceremony()
    send(ceremony, "123456", NOON + timedelta(hours=24) - timedelta(minutes=2))
    last = ceremony.signer.last_code
    assert last is not None
    assert last.expires_at == ceremony.expires_at


@pytest.mark.parametrize(("sends_before", "seconds"), [(1, 30), (2, 60), (3, 120)])
def test_resends_wait_longer_each_time(sends_before: int, seconds: int) -> None:
    ceremony = factories.coded_ceremony("100000")
    at = NOON
    for number in range(1, sends_before):
        at += codes.COOLDOWNS[number - 1]
        send(ceremony, f"10000{number}", at)
    with pytest.raises(CodeTooSoon) as too_soon:
        send(ceremony, "200000", at + timedelta(seconds=seconds) - SECOND)
    assert too_soon.value.resend_at == at + timedelta(seconds=seconds)
    send(ceremony, "200000", at + timedelta(seconds=seconds))
    assert give(ceremony, "200000", at + timedelta(seconds=seconds)) is TryOutcome.SIGNED


def fully_sent(at: datetime = NOON) -> tuple[Ceremony, datetime]:
    """Return a ceremony whose four SMS are spent, the last one with code 100003, and when that was."""
    ceremony = factories.coded_ceremony("100000", at)
    for number, wait in enumerate(codes.COOLDOWNS, start=1):
        at += wait
        send(ceremony, f"10000{number}", at)
    return ceremony, at


def test_three_resends_and_no_fourth() -> None:
    ceremony, at = fully_sent()
    assert ceremony.signer.sends_left == 0
    with pytest.raises(NoSendsLeft):
        send(ceremony, "999999", at + timedelta(hours=1))
    assert give(ceremony, "100003", at) is TryOutcome.SIGNED


def test_the_last_code_of_a_round_blocks_the_ceremony() -> None:
    ceremony, at = fully_sent()
    assert ceremony.end_of_codes() == at + timedelta(minutes=5)
    assert ceremony.lapse(at + timedelta(minutes=5) - MICROSECOND) is False
    assert ceremony.lapse(at + timedelta(minutes=5)) is True
    assert ceremony.state is State.BLOCKED
    assert ceremony.expires_at == at + timedelta(minutes=5) + timedelta(hours=72)
    assert ceremony.entries[-1].happening is Happening.BLOCKED


def test_while_a_resend_is_left_a_lapsed_code_ends_nothing() -> None:
    ceremony = factories.coded_ceremony("123456")
    assert ceremony.end_of_codes() is None
    assert ceremony.lapse(NOON + timedelta(hours=1)) is False


def test_a_resend_voids_the_code_before() -> None:
    ceremony = factories.coded_ceremony("111111")
    send(ceremony, "222222", NOON + timedelta(seconds=30))
    assert give(ceremony, "111111", NOON + timedelta(seconds=31)) is TryOutcome.WRONG
    assert [code.digest == "" for code in ceremony.signer.codes] == [True, False]
    assert give(ceremony, "222222", NOON + timedelta(seconds=31)) is TryOutcome.SIGNED


def test_a_resend_gives_no_try_back() -> None:
    ceremony = factories.coded_ceremony("111111")
    for _ in range(4):
        assert give(ceremony, "000000", NOON) is TryOutcome.WRONG
    send(ceremony, "222222", NOON + timedelta(seconds=30))
    assert ceremony.signer.tries_left == 1
    assert give(ceremony, "000000", NOON + timedelta(seconds=31)) is TryOutcome.FAILED


def test_four_wrong_then_right_signs_and_five_wrong_do_not() -> None:
    ceremony = factories.coded_ceremony("123456")
    for _ in range(4):
        give(ceremony, "000000", NOON)
    assert give(ceremony, "123456", NOON) is TryOutcome.SIGNED
    assert ceremony.signer.wrong_tries == 4


def test_a_lapsed_right_code_counts_and_reads_like_a_wrong_one() -> None:
    lapsed, wrong = factories.coded_ceremony("123456"), factories.coded_ceremony("123456")
    later = NOON + timedelta(minutes=6)
    assert give(lapsed, "123456", later) is give(wrong, "000000", later)
    assert lapsed.signer.wrong_tries == wrong.signer.wrong_tries == 1
    assert lapsed.entries[-1].facts == wrong.entries[-1].facts


@pytest.mark.parametrize("ticked", [frozenset(), frozenset({"terms"}), frozenset({"privacy"})])
def test_both_provider_boxes_are_needed_and_their_lack_costs_no_try(ticked: frozenset[str]) -> None:
    ceremony = factories.coded_ceremony("123456")
    with pytest.raises(ConsentMissing) as missing:
        ceremony.try_code("123456", ticked=ticked, key=KEY, now=NOON, by=BY_CLIENT)
    assert set(missing.value.codes) == PROVIDER_BOXES - ticked
    assert ceremony.signer.wrong_tries == 0
    assert give(ceremony, "123456", NOON) is TryOutcome.SIGNED


def test_the_print_binds_everything_and_needs_the_key() -> None:
    facts = {
        "ceremony_id": "c",
        "signer_id": "s",
        "sequence": 1,
        "mobile": "+33612345678",
        "manifest_sha256": "a" * 64,
    }
    reference = Binding(**facts).digest(KEY, "123456")  # type: ignore[arg-type]
    others = [
        Binding(**{**facts, name: value}).digest(KEY, "123456")  # type: ignore[arg-type]
        for name, value in {
            "ceremony_id": "d",
            "signer_id": "t",
            "sequence": 2,
            "mobile": "+33612345679",
            "manifest_sha256": "b" * 64,
        }.items()
    ]
    others.append(Binding(**facts).digest(KEY, "123457"))  # type: ignore[arg-type]
    others.append(Binding(**facts).digest(b"another key of thirty-two bytes!", "123456"))  # type: ignore[arg-type]
    assert len({reference, *others}) == 8
    assert "123456" not in reference


def test_a_used_code_leaves_no_print_behind() -> None:
    ceremony = factories.coded_ceremony("123456")
    give(ceremony, "123456", NOON)
    last = ceremony.signer.last_code
    assert last is not None
    assert (last.consumed_at, last.digest) == (NOON, "")
