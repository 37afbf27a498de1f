"""Limits, kinds, states, keys and words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from documents.api.downloads import disposition
from documents.api.refusals import MESSAGES
from documents.domain.document import ALLOWED, Document, DocumentState, Scan, StateError, day_prefix, object_key
from documents.domain.kinds import SENT_KINDS, is_well_formed, kinds_for, may_be_sent
from documents.domain.limits import MAX_FILE_BYTES, MAX_SENDING_BYTES, MAX_SENDING_FILES, QUOTA_BYTES, QUOTA_FILES
from documents.domain.refusals import RefusalCode, Refused
from documents.domain.sending import Held, Sending
from documents.usecases.store_document import _title_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def sending() -> Sending:
    return Sending("1", "rives", "claim:c1", "member:m1", NOW)


def refusal_of(action: object, *arguments: int) -> RefusalCode:
    with pytest.raises(Refused) as refusal:
        action(*arguments)  # type: ignore[operator]
    return refusal.value.code


def test_three_and_a_half_and_ten_megabytes_are_of_1048576_bytes() -> None:
    assert (MAX_FILE_BYTES, MAX_SENDING_BYTES, MAX_SENDING_FILES) == (3_670_016, 10_485_760, 10)


def test_a_sending_holds_ten_files() -> None:
    open_sending = sending()
    for _ in range(10):
        open_sending.add(1)
    assert refusal_of(open_sending.add, 1) is RefusalCode.TOO_MANY
    assert (open_sending.files, open_sending.size) == (10, 10)


def test_a_sending_holds_ten_megabytes_and_not_a_byte_more() -> None:
    open_sending = sending()
    open_sending.add(MAX_SENDING_BYTES - 5)
    assert refusal_of(open_sending.add, 6) is RefusalCode.TOTAL_TOO_LARGE
    open_sending.add(5)
    assert open_sending.size == MAX_SENDING_BYTES


def test_a_sending_is_closed_once() -> None:
    closed = sending()
    closed.close(NOW)
    closed.close(NOW.replace(year=2027))
    assert closed.closed_at == NOW


def test_the_quota_is_inclusive() -> None:
    Held(QUOTA_FILES - 1, 0).check_room(1)
    Held(0, QUOTA_BYTES - 1).check_room(1)
    assert refusal_of(Held(QUOTA_FILES, 0).check_room, 1) is RefusalCode.QUOTA
    assert refusal_of(Held(0, QUOTA_BYTES).check_room, 1) is RefusalCode.QUOTA


def document(state: DocumentState) -> Document:
    return Document(
        "d1", "rives", "bia", "quote:q1", "service:quoting", "BIA", "application/pdf", 1, "0", "0", 1, Scan.NOT_SCANNED,
        NOW, "service:quoting", state,
    )  # fmt: skip


@pytest.mark.parametrize("state", DocumentState)
def test_a_document_only_makes_the_moves_of_its_table(state: DocumentState) -> None:
    for wanted, move in ((DocumentState.REJECTED, Document.reject), (DocumentState.PURGED, Document.purge)):
        moved = document(state)
        if wanted in ALLOWED[state]:
            move(moved)
            assert moved.state is wanted
        else:
            with pytest.raises(StateError):
                move(moved)


def test_a_key_tells_the_day_and_the_id_and_nothing_else() -> None:
    assert object_key("0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d01") == "2025/10/11/0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1d01"
    assert day_prefix(date(2025, 10, 11)) == "2025/10/11/"


def test_kinds_are_dotted_words() -> None:
    assert all(is_well_formed(kind) for kind in (*SENT_KINDS, "quote.pdf", "ipid", "signed.bia", "a.b.c"))
    assert not any(is_well_formed(kind) for kind in ("", ".", "a.", "A", "a b", "a.b.c.d", "pièce", "a" * 31))


def test_pieces_go_with_subscriptions_and_invoices_with_claims() -> None:
    assert may_be_sent("piece.identity", "subscription")
    assert not may_be_sent("piece.identity", "claim")
    assert may_be_sent("claim.invoice", "claim")
    assert not may_be_sent("claim.invoice", "subscription")
    assert not may_be_sent("quote.pdf", "quote")
    assert {kind.code for kind in kinds_for("claim")} | {kind.code for kind in kinds_for("contract")} == set(SENT_KINDS)


def test_the_words_of_the_guides_are_kept_to_the_byte() -> None:
    assert MESSAGES[RefusalCode.TYPE].encode() == b"Formats accept\xc3\xa9s : JPG, PNG, PDF"
    assert MESSAGES[RefusalCode.TOO_LARGE].encode() == b"Taille maximale de fichier accept\xc3\xa9e : 3.5Mo."
    assert MESSAGES[RefusalCode.TOTAL_TOO_LARGE].encode() == b"Taille totale des fichiers accept\xc3\xa9e : 10Mo."
    assert MESSAGES[RefusalCode.TOO_MANY].encode() == b"Nombre maximal de fichiers : 10."


def test_every_refusal_has_its_own_sentence() -> None:
    assert set(MESSAGES) == set(RefusalCode)
    assert len(set(MESSAGES.values())) == len(MESSAGES)
    assert all(message.endswith(".") for code, message in MESSAGES.items() if code is not RefusalCode.TYPE)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("carte.jpg", "carte"),
        ("Ma carte (recto).JPG", "Ma carte (recto)"),
        ("C:\\Users\\nadia\\carte.jpg", "carte"),
        ("../../etc/passwd.pdf", "passwd"),
        ("a\x00b\r\n.pdf", "ab"),
        ("\u202efdp.exe.pdf", "fdp.exe"),
        (".pdf", ".pdf"),
        ("", "Document"),
        ("x" * 300 + ".pdf", "x" * 200),
    ],
)
def test_a_title_is_the_showable_part_of_a_name(name: str, title: str) -> None:
    assert _title_of(name) == title


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("devis.pdf", 'attachment; filename="devis.pdf"'),
        ("été.pdf", "attachment; filename=\"ete.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9.pdf"),
        (
            "œuvre d’art.pdf",
            "attachment; filename=\"oeuvre d'art.pdf\"; filename*=UTF-8''%C5%93uvre%20d%E2%80%99art.pdf",
        ),
        ('a"b.pdf', "attachment; filename=\"ab.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("a%41.pdf", "attachment; filename=\"a41.pdf\"; filename*=UTF-8''a%2541.pdf"),
        ("契約", "attachment; filename=\"document\"; filename*=UTF-8''%E5%A5%91%E7%B4%84"),
        ("a\r\nX: y.pdf", "attachment; filename=\"aX: y.pdf\"; filename*=UTF-8''a%0D%0AX%3A%20y.pdf"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(name: str, header: str) -> None:
    assert disposition("attachment", name) == header
