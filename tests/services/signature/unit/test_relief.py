"""What the adviser may do for a signer whom the SMS does not reach, and what it never gives back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signature.domain import code as codes
from signature.domain.ceremony import Ceremony
from signature.domain.code import CodeElsewhere, CodeTooSoon
from signature.domain.journal import Happening
from signature.domain.relief import NoReliefLeft, Relief, ReliefKind
from signature.domain.signer import IdentityIncomplete, mobile_by_hand, mobile_fingerprint
from signature.domain.state import Blocked, State
from signature.domain.steps import Circumstances, FailureCause, NoCodeSent, TryOutcome
from tests.services.signature import factories
from tests.services.signature.factories import BY_ADVISER, BY_CLIENT, CEREMONY_ID, KEY, NOON, PROVIDER_BOXES

AGAIN = Relief(ReliefKind.AGAIN, "Le réseau était coupé chez le client")
OTHER = Relief(ReliefKind.OTHER_MOBILE, "Numéro confirmé au téléphone fixe du contrat", "+33698765432")


def spend(ceremony: Ceremony, at: datetime) -> datetime:
    """Send a whole round and let its last code lapse; return when that is."""
    ceremony.issue_code("100000", message="", key=KEY, now=at, by=BY_CLIENT)
    for number, wait in enumerate(codes.COOLDOWNS, start=1):
        at += wait
        ceremony.issue_code(f"10000{number}", message="", key=KEY, now=at, by=BY_CLIENT)
    at += codes.LIFE
    assert ceremony.lapse(at) is True
    return at


def blocked() -> tuple[Ceremony, datetime]:
    ceremony = factories.accepted_ceremony()
    return ceremony, spend(ceremony, NOON)


def test_a_blocked_ceremony_sends_and_takes_no_code() -> None:
    ceremony, at = blocked()
    with pytest.raises(Blocked):
        ceremony.check_may_send(at)
    with pytest.raises(Blocked):
        ceremony.try_code("100003", ticked=PROVIDER_BOXES, key=KEY, now=at, by=BY_CLIENT)


def test_another_round_keeps_what_was_read_and_starts_at_once() -> None:
    ceremony, at = blocked()
    ceremony.relieve(AGAIN, now=at, by=BY_ADVISER)
    assert (ceremony.state, ceremony.expires_at) == (State.OPEN, at + timedelta(hours=24))
    assert ceremony.next_document() is None
    issued = ceremony.issue_code("200000", message="", key=KEY, now=at, by=BY_CLIENT)
    assert (issued.sequence, ceremony.signer.sends_left) == (5, 3)
    with pytest.raises(CodeTooSoon) as wait:
        ceremony.check_may_send(at + timedelta(seconds=29))
    assert wait.value.resend_at == at + timedelta(seconds=30)
    assert ceremony.try_code("200000", ticked=PROVIDER_BOXES, key=KEY, now=at, by=BY_CLIENT) is TryOutcome.SIGNED


def test_no_relief_gives_a_wrong_try_back() -> None:
    ceremony = factories.accepted_ceremony()
    ceremony.issue_code("100000", message="", key=KEY, now=NOON, by=BY_CLIENT)
    for _ in range(4):
        ceremony.try_code("000000", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)
    ceremony.relieve(OTHER, now=NOON, by=BY_ADVISER)
    ceremony.issue_code("200000", message="", key=KEY, now=NOON, by=BY_CLIENT)
    assert ceremony.signer.tries_left == 1
    assert ceremony.try_code("000000", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT) is TryOutcome.FAILED


def test_another_number_voids_the_code_on_its_way_and_is_told_with_its_reason() -> None:
    ceremony = factories.coded_ceremony("123456")
    ceremony.relieve(OTHER, now=NOON, by=BY_ADVISER)
    assert ceremony.signer.identity.mobile == "+33698765432"
    told = ceremony.entries[-1]
    assert told.happening is Happening.RELIEVED
    assert told.facts["reason"] == OTHER.reason
    assert told.facts["mobile_sha256"] == mobile_fingerprint(CEREMONY_ID, "+33698765432")
    assert told.facts["by"] == BY_ADVISER.facts()
    with pytest.raises(NoCodeSent):
        ceremony.try_code("123456", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)


@pytest.mark.parametrize("mobile", ["+33112345678", "+447911123456"])
def test_another_number_is_a_french_mobile_too(mobile: str) -> None:
    ceremony = factories.coded_ceremony("123456")
    with pytest.raises(IdentityIncomplete):
        ceremony.relieve(Relief(ReliefKind.OTHER_MOBILE, "motif", mobile), now=NOON, by=BY_ADVISER)


def test_two_reliefs_and_no_third_then_the_last_round_ends_it() -> None:
    ceremony, at = blocked()
    for _ in range(2):
        ceremony.relieve(AGAIN, now=at, by=BY_ADVISER)
        at = spend(ceremony, at)
    assert ceremony.state is State.FAILED
    assert ceremony.entries[-1].facts["cause"] == FailureCause.CODES_SPENT
    assert len(ceremony.signer.codes) == 12
    other = factories.coded_ceremony("123456")
    for _ in range(2):
        other.relieve(OTHER, now=NOON, by=BY_ADVISER)
    with pytest.raises(NoReliefLeft):
        other.relieve(OTHER, now=NOON, by=BY_ADVISER)


def test_paper_ends_it_with_the_reason_in_the_journal() -> None:
    ceremony, at = blocked()
    ceremony.relieve(Relief(ReliefKind.ON_PAPER, "Le client n’a pas de mobile"), now=at, by=BY_ADVISER)
    assert ceremony.state is State.FAILED
    assert [entry.happening for entry in ceremony.entries[-2:]] == [Happening.RELIEVED, Happening.FAILED]
    assert ceremony.entries[-1].facts["cause"] == FailureCause.ON_PAPER


def test_a_code_is_good_for_the_browser_session_that_asked_for_it() -> None:
    ceremony = factories.coded_ceremony("123456")
    elsewhere = Circumstances(ip="198.51.100.9", user_agent="Autre", actor="guest", session="6" * 64)
    with pytest.raises(CodeElsewhere):
        ceremony.try_code("123456", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=elsewhere)
    assert ceremony.signer.tries_left == 5
    later = NOON + timedelta(seconds=30)
    ceremony.issue_code("654321", message="", key=KEY, now=later, by=elsewhere)
    with pytest.raises(CodeElsewhere):
        ceremony.try_code("654321", ticked=PROVIDER_BOXES, key=KEY, now=later, by=BY_CLIENT)
    assert ceremony.try_code("654321", ticked=PROVIDER_BOXES, key=KEY, now=later, by=elsewhere) is TryOutcome.SIGNED


@pytest.mark.parametrize(
    ("text", "mobile"),
    [
        ("0639 12 34 56", "+262639123456"),
        ("0692.12.34.56", "+262692123456"),
        ("06 90 12 34 56", "+590690123456"),
        ("0694123456", "+594694123456"),
        ("0697-12-34-56", "+596697123456"),
        ("06 12 34 56 78", "+33612345678"),
        ("00262639123456", "+262639123456"),
        ("+33 7 12 34 56 78", "+33712345678"),
    ],
)
def test_a_number_that_an_adviser_vouches_for_is_read_by_its_shape(text: str, mobile: str) -> None:
    assert mobile_by_hand(text) == mobile


@pytest.mark.parametrize("text", ["", "0112345678", "0899123456", "+447911123456", "06123456789", "061234567"])
def test_what_has_no_shape_of_a_french_mobile_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no French mobile"):
        mobile_by_hand(text)
