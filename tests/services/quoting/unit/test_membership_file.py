"""A file: its pieces, its states, and what creating the membership asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from quoting.domain.membership_file import (
    ALLOWED,
    LABELS,
    FileClosed,
    FileStatus,
    MembershipFile,
    NoPieceReceived,
    NotSigned,
    PieceUnknown,
    ReasonMissing,
    SignedOnMissing,
)
from quoting.domain.pieces import SIGNED_APPLICATION, SIGNED_MANDATE, PieceOutcome, PieceStatus, required_pieces
from quoting.domain.submission import beneficiaries_of
from quoting.domain.subscription import ALLOWED as SIGNATURE_ALLOWED
from quoting.domain.subscription import SignatureMode, SignatureState
from tests.services.quoting.domain_factories import a_relative, a_submission

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def pieces(people: Any = None, **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "self_employed": False,
        "mode": SignatureMode.ELECTRONIC,
        "own_benefit_account": False,
        "address_differs": False,
        "today": AT.date(),
        **changes,
    }
    return required_pieces(people or beneficiaries_of(a_submission()), **facts)


def a_file(**changes: Any) -> MembershipFile:
    facts: dict[str, Any] = {
        "id": "file",
        "tenant": "rives",
        "subscription_id": "subscription",
        "quote_id": "quote",
        "broker_id": "broker",
        "pieces": pieces(),
        "opened_at": AT,
        **changes,
    }
    return MembershipFile(**facts)


def create(file: MembershipFile, *, signed: bool = True) -> None:
    file.create(
        contract_id="contract",
        contract_number="RIS-0000000001",
        valid_from=date(2026, 12, 1),
        signed=signed,
        by="m",
        at=AT,
    )


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, ["identity", "bank_account", "social_security", "address"]),
        ({"self_employed": True}, ["identity", "bank_account", "social_security", "company", "address"]),
        (
            {"own_benefit_account": True},
            ["identity", "bank_account", "social_security", "benefit_bank_account", "address"],
        ),
        (
            {"mode": SignatureMode.HANDWRITTEN},
            ["identity", "bank_account", "social_security", "signed_application", "signed_mandate", "address"],
        ),
    ],
)
def test_the_situation_decides_what_is_asked_for(changes: dict[str, Any], kinds: list[str]) -> None:
    asked = pieces(**changes)
    assert [piece.kind.removeprefix("piece.") for piece in asked] == kinds
    assert [piece.mandatory for piece in asked] == [True] * (len(kinds) - 1) + [False]


def test_each_person_sends_a_social_security_certificate() -> None:
    from quoting.domain.subscription import Role

    people = beneficiaries_of(a_submission(relatives=(a_relative(Role.SPOUSE, date(1987, 2, 3)),)))
    asked = pieces(people=people)
    labels = [piece.label for piece in asked if piece.kind == "piece.social_security"]
    assert labels == ["Copie de l’attestation d’assuré social", "Copie de l’attestation d’assuré social de Paul"]


def test_the_first_piece_transmits_the_file_and_a_repeat_changes_nothing() -> None:
    file = a_file()
    assert file.receive("doc", "piece.identity", at=AT) is True
    assert file.status is FileStatus.TRANSMITTED
    before = file.pieces
    assert file.receive("doc", "piece.identity", at=AT) is False
    assert file.receive("doc2", "piece.bank_account", at=AT) is False
    assert file.pieces != before
    assert [piece.status for piece in file.pieces[:2]] == [PieceStatus.RECEIVED] * 2


def test_a_piece_nobody_asked_for_is_kept_beside() -> None:
    file = a_file()
    file.receive("doc", "piece.other", at=AT)
    assert (file.pieces[-1].kind, file.pieces[-1].mandatory, file.pieces[-1].document_id) == (
        "piece.other",
        False,
        "doc",
    )
    assert len(file.missing) == 3


def test_a_refused_piece_is_asked_for_again() -> None:
    file = a_file()
    file.receive("doc", "piece.identity", at=AT)
    file.decide(file.piece("doc"), PieceOutcome.REFUSED, reason="Illisible", by="m", at=AT)
    assert (file.pieces[0].status, file.pieces[0].reason) == (PieceStatus.REFUSED, "Illisible")
    assert "identity" in [piece.code for piece in file.missing]
    file.receive("doc2", "piece.identity", at=AT)
    assert (file.pieces[0].status, file.pieces[0].document_id, file.pieces[0].reason) == (
        PieceStatus.RECEIVED,
        "doc2",
        None,
    )


def test_a_refusal_says_why_and_a_verdict_is_about_a_piece_that_is_there() -> None:
    file = a_file()
    file.receive("doc", "piece.identity", at=AT)
    with pytest.raises(ReasonMissing):
        file.decide(file.piece("doc"), PieceOutcome.REFUSED, reason=None, by="m", at=AT)
    with pytest.raises(PieceUnknown):
        file.decide(file.piece("another"), PieceOutcome.ACCEPTED, reason=None, by="m", at=AT)


def test_no_piece_no_membership() -> None:
    file = a_file()
    with pytest.raises(NoPieceReceived) as refusal:
        create(file)
    assert len(refusal.value.missing) == 3
    file.receive("doc", "piece.identity", at=AT)
    file.decide(file.piece("doc"), PieceOutcome.REFUSED, reason="Illisible", by="m", at=AT)
    with pytest.raises(NoPieceReceived):
        create(file)


def test_no_signature_no_membership() -> None:
    file = a_file()
    file.receive("doc", "piece.identity", at=AT)
    with pytest.raises(NotSigned):
        create(file, signed=False)
    assert file.status is FileStatus.TRANSMITTED


def test_the_membership_is_created_once_and_remembers_what_was_missing() -> None:
    file = a_file()
    file.receive("doc", "piece.identity", at=AT)
    create(file)
    assert (file.status, file.missing_at_creation) == (FileStatus.CREATED, ("bank_account", "social_security.0"))
    with pytest.raises(FileClosed):
        create(file)
    with pytest.raises(FileClosed):
        file.decide(file.piece("doc"), PieceOutcome.ACCEPTED, reason=None, by="m", at=AT)


def test_papers_signed_by_hand_count_when_both_are_accepted() -> None:
    file = a_file(pieces=pieces(mode=SignatureMode.HANDWRITTEN))
    file.receive("bia", SIGNED_APPLICATION, at=AT)
    file.receive("mandate", SIGNED_MANDATE, at=AT)
    with pytest.raises(SignedOnMissing):
        file.decide(file.piece("bia"), PieceOutcome.ACCEPTED, reason=None, by="m", at=AT)
    file.decide(file.piece("bia"), PieceOutcome.ACCEPTED, reason=None, by="m", at=AT, signed_on=AT.date())
    assert not file.accepted((SIGNED_APPLICATION, SIGNED_MANDATE))
    file.decide(file.piece("mandate"), PieceOutcome.ACCEPTED, reason=None, by="m", at=AT, signed_on=AT.date())
    assert file.accepted((SIGNED_APPLICATION, SIGNED_MANDATE))


def test_every_status_has_its_label_and_its_line() -> None:
    assert set(LABELS) == set(ALLOWED) == set(FileStatus)
    assert [status.label for status in FileStatus] == ["En attente de pièces", "Dossier transmis", "Adhésion créée"]
    assert set(SIGNATURE_ALLOWED) == set(SignatureState)
    assert {state.label for state in SignatureState} == {"Signé", "En cours"}
