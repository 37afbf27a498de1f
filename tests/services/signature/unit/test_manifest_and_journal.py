"""What ties code, person and documents together: the manifest, its reference and the chained journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from signature.domain.canonical import canonical_json
from signature.domain.journal import GENESIS, BrokenChain, Entry, verify
from signature.domain.manifest import EnvelopeEmpty, reference_of
from signature.domain.sealing import NotProven, SealingOrder
from signature.domain.signer import IdentityIncomplete, NewSigner, masked
from tests.services.signature import factories
from tests.services.signature.factories import BY_CLIENT, KEY, NOON, PROVIDER_BOXES


def test_canonical_json_has_one_text_and_no_floats() -> None:
    assert canonical_json({"b": [1, None, True], "a": "é"}) == '{"a":"é","b":[1,null,true]}'.encode()
    with pytest.raises(TypeError):
        canonical_json({"a": {"b": [1.5]}})  # type: ignore[list-item]


def test_the_manifest_names_documents_consents_and_mobile() -> None:
    ceremony = factories.ceremony()
    manifest = json.loads(ceremony.manifest)
    assert [document["sha256"] for document in manifest["documents"]] == ["1" * 64, "2" * 64, "3" * 64]
    assert [set(document) for document in manifest["documents"]] == [{"id", "kind", "sha256", "size", "pages"}] * 3
    assert [consent["code"] for consent in manifest["consents"]] == ["read", "accepts", "confirms", "terms", "privacy"]
    mobile = hashlib.sha256(f"{ceremony.id}|+33612345678".encode()).hexdigest()
    assert manifest["signers"] == [{"rank": 1, "mobile_sha256": mobile}]
    assert "0612345678" not in ceremony.manifest
    assert ceremony.manifest_sha256 == hashlib.sha256(ceremony.manifest.encode()).hexdigest()


def test_the_reference_is_eight_characters_that_can_be_read_aloud() -> None:
    assert reference_of("0000000000" + "f" * 54) == "00000000"
    assert reference_of("ffffffffff" + "0" * 54) == "ZZZZZZZZ"
    assert reference_of("0000000001" + "0" * 54) == "00000001"
    assert set(factories.ceremony().reference) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_another_document_or_mobile_gives_another_manifest() -> None:
    reference = factories.ceremony().manifest_sha256
    first, *others = factories.documents()
    assert factories.ceremony(documents=(replace(first, sha256="f" * 64), *others)).manifest_sha256 != reference
    other_mobile = [NewSigner(factories.SIGNER_ID, factories.identity(mobile="+33612345679"))]
    assert factories.ceremony(signers=other_mobile).manifest_sha256 != reference


@pytest.mark.parametrize("count", [0, 2])
def test_an_envelope_is_neither_empty_nor_repeats_itself(count: int) -> None:
    with pytest.raises(EnvelopeEmpty):
        factories.ceremony(documents=factories.documents()[:1] * count)


@pytest.mark.parametrize(
    ("mobile", "shown"),
    [
        ("+33612345678", "06 •• •• •• 78"),
        ("+33712345600", "07 •• •• •• 00"),
        ("+262692123456", "06 •• •• •• 56"),
        ("+590690123401", "06 •• •• •• 01"),
        ("+594694123402", "06 •• •• •• 02"),
        ("+596696123403", "06 •• •• •• 03"),
        ("+262639123404", "06 •• •• •• 04"),
    ],
)
def test_french_mobiles_are_taken_and_shown_masked(mobile: str, shown: str) -> None:
    assert masked(factories.identity(mobile=mobile).mobile) == shown


@pytest.mark.parametrize("mobile", ["", "0612345678", "+33112345678", "+33899123456", "+447911123456", "+3361234567"])
def test_no_ceremony_for_a_number_that_gets_no_code(mobile: str) -> None:
    with pytest.raises(IdentityIncomplete):
        factories.identity(mobile=mobile)


def test_no_ceremony_without_an_email() -> None:
    with pytest.raises(IdentityIncomplete):
        factories.identity(email="")


def signed_order() -> SealingOrder:
    ceremony = factories.coded_ceremony("123456")
    ceremony.try_code("123456", ticked=PROVIDER_BOXES, key=KEY, now=NOON + timedelta(seconds=9), by=BY_CLIENT)
    return ceremony.sealing_order(ceremony.entries)


def test_the_journal_is_a_chain_from_64_zeros() -> None:
    journal = signed_order().journal
    assert journal[0].previous == GENESIS
    assert [entry.happening for entry in journal] == [
        "ceremony.opened",
        *["page.viewed", "document.accepted"],
        *["page.viewed"] * 2,
        "document.accepted",
        *["page.viewed"] * 3,
        "document.accepted",
        "code.sent",
        "ceremony.signed",
    ]
    head = GENESIS
    for entry in journal:
        head = hashlib.sha256(head.encode() + canonical_json(entry.content())).hexdigest()
        assert entry.hash == head
    assert verify(journal) == head


@pytest.mark.parametrize(
    "alter",
    [
        lambda entries: entries[1:],
        lambda entries: entries[:2] + entries[3:],
        lambda entries: [entries[1], entries[0], *entries[2:]],
        lambda entries: [*entries[:2], replace(entries[2], facts={}), *entries[3:]],
        lambda entries: [*entries[:2], replace(entries[2], at=NOON + timedelta(days=1)), *entries[3:]],
        lambda entries: [],
    ],
)
def test_an_altered_journal_shows(alter: Callable[[list[Entry]], list[Entry]]) -> None:
    with pytest.raises(BrokenChain):
        verify(alter(list(signed_order().journal)))


def test_a_signed_ceremony_proves_what_may_be_sealed() -> None:
    signed_order().require_proof()


@pytest.mark.parametrize(
    "alter",
    [
        lambda order: replace(order, journal=order.journal[:-1]),
        lambda order: replace(order, journal_head="0" * 64),
        lambda order: replace(order, manifest_sha256="0" * 64),
        lambda order: replace(order, manifest=order.manifest + " "),
        lambda order: replace(order, provider_statements=order.provider_statements[:1]),
        lambda order: replace(order, documents=order.documents[:2]),
        lambda order: replace(order, journal=order.journal[:-1], journal_head=order.journal[-2].hash),
    ],
)
def test_nothing_is_sealed_that_the_journal_does_not_prove(alter: Callable[[SealingOrder], SealingOrder]) -> None:
    with pytest.raises(NotProven):
        alter(signed_order()).require_proof()
