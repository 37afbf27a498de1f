"""An envelope that several people sign, one after the other; what one of them does never counts for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from signature.domain.ceremony import Ceremony
from signature.domain.journal import Happening
from signature.domain.refusal import Refusal
from signature.domain.sealing import NotProven
from signature.domain.state import CeremonyOver, State
from signature.domain.steps import DocumentsNotAccepted, NoCodeSent, TryOutcome
from tests.services.signature import factories
from tests.services.signature.factories import BY_CLIENT, KEY, NOON, PROVIDER_BOXES, SECOND_SIGNER_ID, SIGNER_ID


def couple() -> Ceremony:
    return factories.ceremony(signers=factories.two_signers())


def sign(ceremony: Ceremony, code: str) -> TryOutcome:
    factories.accept_all(ceremony)
    ceremony.issue_code(code, message="", key=KEY, now=NOON, by=BY_CLIENT)
    return ceremony.try_code(code, ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)


def test_the_second_s_turn_opens_when_the_first_has_signed() -> None:
    ceremony = couple()
    assert ceremony.signer.id == SIGNER_ID
    assert sign(ceremony, "111111") is TryOutcome.SIGNED
    assert (ceremony.state, ceremony.signer.id, ceremony.ended_at) == (State.OPEN, SECOND_SIGNER_ID, None)


def test_each_reads_ticks_and_signs_for_himself() -> None:
    ceremony = couple()
    sign(ceremony, "111111")
    with pytest.raises(DocumentsNotAccepted) as refusal:
        ceremony.check_may_send(NOON)
    assert refusal.value.remaining == 3
    factories.accept_all(ceremony)
    with pytest.raises(NoCodeSent):
        ceremony.try_code("111111", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)
    ceremony.issue_code("222222", message="", key=KEY, now=NOON, by=BY_CLIENT)
    assert ceremony.try_code("111111", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT) is TryOutcome.WRONG
    assert ceremony.signers[0].wrong_tries == 0
    assert ceremony.try_code("222222", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT) is TryOutcome.SIGNED
    assert (ceremony.state, ceremony.ended_at) == (State.SIGNED, NOON)


def test_the_seal_waits_for_all_of_them_and_the_journal_tells_each() -> None:
    ceremony = couple()
    sign(ceremony, "111111")
    with pytest.raises(NotProven):
        ceremony.sealing_order(ceremony.entries)
    sign(ceremony, "222222")
    order = ceremony.sealing_order(ceremony.entries)
    order.require_proof()
    signed = [entry.facts["signer"] for entry in order.journal if entry.happening is Happening.SIGNED]
    assert signed == [signer.id for signer in order.signers] == [SIGNER_ID, SECOND_SIGNER_ID]
    with pytest.raises(NotProven):
        replace(order, signers=order.signers[:1]).require_proof()
    with pytest.raises(NotProven):
        replace(order, signers=order.signers[::-1]).require_proof()


def test_one_who_refuses_ends_it_for_all_even_after_the_first_signed() -> None:
    ceremony = couple()
    sign(ceremony, "111111")
    ceremony.refuse(Refusal.from_text("changed_mind"), now=NOON, by=BY_CLIENT)
    assert ceremony.state is State.REFUSED
    assert ceremony.entries[-1].facts["signer"] == SECOND_SIGNER_ID
    with pytest.raises(CeremonyOver):
        ceremony.check_may_send(NOON)
    with pytest.raises(NotProven):
        ceremony.sealing_order(ceremony.entries)


def test_one_document_may_be_what_is_refused() -> None:
    ceremony = couple()
    [_advice, bia, _mandate] = ceremony.documents
    ceremony.refuse(Refusal.from_text("wrong_details", document_id=bia.document_id), now=NOON, by=BY_CLIENT)
    assert (ceremony.state, ceremony.entries[-1].facts["document"]) == (State.REFUSED, bia.document_id)


def test_five_wrong_tries_of_the_second_fail_it_for_both() -> None:
    ceremony = couple()
    sign(ceremony, "111111")
    factories.accept_all(ceremony)
    ceremony.issue_code("222222", message="", key=KEY, now=NOON, by=BY_CLIENT)
    for _ in range(5):
        ceremony.try_code("000000", ticked=PROVIDER_BOXES, key=KEY, now=NOON, by=BY_CLIENT)
    assert ceremony.state is State.FAILED


def test_time_ends_it_for_both() -> None:
    ceremony = couple()
    sign(ceremony, "111111")
    assert ceremony.lapse(NOON + timedelta(hours=24)) is True
    assert ceremony.state is State.EXPIRED


def test_the_manifest_names_each_telephone() -> None:
    alone, both = factories.ceremony(), couple()
    assert alone.manifest_sha256 != both.manifest_sha256
    turned = factories.ceremony(signers=factories.two_signers()[::-1])
    assert turned.manifest_sha256 != both.manifest_sha256
