"""Sending a file: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from documents.api.refusals import MESSAGES
from documents.domain.limits import MAX_FILE_BYTES, MAX_SENDING_BYTES, MAX_SERVICE_FILE_BYTES
from documents.domain.refusals import RefusalCode
from plumbing.ids import new_id
from tests.services.documents.corpus import sized_pdf, whole_corpus
from tests.services.documents.pictures import exif, jpeg, jpeg_segment, jpeg_with, pdf, png
from tests.services.documents.world import Part, Somebody, World, guest, service

REFUSED = [sample for sample in whole_corpus() if sample.refused is not None]
ONE_OF_EACH = list({sample.refused: sample for sample in REFUSED}.values())


def sized_jpeg(size: int) -> bytes:
    return jpeg() + bytes(size - len(jpeg()))


def assert_refused(answer: Any, code: RefusalCode, message: str) -> None:
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == f"document.{code}"
    assert answer.json["detail"] == message
    assert answer.json["errors"] == [{"field": "file", "code": str(code), "message": message}]


def test_a_piece_is_stored_and_described(api: World) -> None:
    who = guest()
    answer = api.send(who, subject=f"subscription:{who.subscription}", title="Ma carte")
    assert answer.status_code == 201
    document = answer.json
    assert answer.headers["Location"] == f"/v1/documents/{document['id']}"
    assert document["kind"] == "piece.identity"
    assert document["title"] == "Ma carte"
    assert (document["media_type"], document["pages"]) == ("image/jpeg", None)
    assert document["owner"] == who.owner
    assert document["stored_at"] == "2026-11-23T09:00:00Z"
    assert api.get(f"/{document['id']}", who).json == document


def test_a_title_is_taken_from_the_file_name(api: World) -> None:
    who = guest()
    document = api.stored(who, subject=f"subscription:{who.subscription}", name="Pièce d’identité (recto).JPG")
    assert document["title"] == "Pièce d’identité (recto)"


@pytest.mark.feature("F-207")
@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (jpeg(), "a.jpg", "image/jpeg"),
        (jpeg(), "a.JPEG", "image/jpeg"),
        (png(), "a.png", "image/png"),
        (pdf(), "a.pdf", "application/pdf"),
        (png(), "a.jpg", "image/png"),
    ],
)
def test_jpg_png_and_pdf_are_accepted_by_content(api: World, content: bytes, name: str, media_type: str) -> None:
    who = guest()
    subject = f"subscription:{who.subscription}"
    document = api.stored(who, subject=subject, content=content, name=name, media_type="application/octet-stream")
    assert document["media_type"] == media_type


@pytest.mark.feature("F-210")
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ" + bytes(100), "facture.pdf"),
        (b"GIF89a" + bytes(100), "photo.jpg"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "photo.jpg"),
        (jpeg(), "photo.gif"),
        (pdf(), "facture"),
        (b"Bonjour", "lettre.docx"),
    ],
)
def test_another_format_is_refused_in_the_words_of_the_guide(api: World, content: bytes, name: str) -> None:
    who = guest()
    answer = api.send(who, subject=f"subscription:{who.subscription}", content=content, name=name)
    assert_refused(answer, RefusalCode.TYPE, "Formats acceptés : JPG, PNG, PDF")
    assert api.objects() == []


@pytest.mark.feature("F-208", "F-211")
@pytest.mark.parametrize("make", [sized_jpeg, sized_pdf])
def test_a_file_of_three_and_a_half_megabytes_passes_and_one_byte_more_does_not(api: World, make: Any) -> None:
    who = guest()
    subject, name = f"subscription:{who.subscription}", "a.jpg" if make is sized_jpeg else "a.pdf"
    assert api.send(who, subject=subject, content=make(MAX_FILE_BYTES), name=name).status_code == 201
    answer = api.send(who, subject=subject, content=make(MAX_FILE_BYTES + 1), name=name)
    assert_refused(answer, RefusalCode.TOO_LARGE, "Taille maximale de fichier acceptée : 3.5Mo.")


@pytest.mark.feature("F-206")
def test_ten_files_make_a_sending_and_the_eleventh_is_refused(api: World) -> None:
    member, claim = Somebody("member"), f"claim:{new_id()}"
    for _ in range(10):
        api.stored(member, subject=claim, kind="claim.invoice")
    answer = api.send(member, subject=claim, kind="claim.invoice")
    assert_refused(answer, RefusalCode.TOO_MANY, "Nombre maximal de fichiers : 10.")
    assert len(api.objects()) == 10


@pytest.mark.feature("F-209", "F-212")
def test_ten_megabytes_make_a_sending_and_one_byte_more_is_refused(api: World) -> None:
    member, claim = Somebody("member"), f"claim:{new_id()}"
    rest = MAX_SENDING_BYTES - 2 * MAX_FILE_BYTES
    for size in (MAX_FILE_BYTES, MAX_FILE_BYTES):
        api.stored(member, subject=claim, kind="claim.invoice", content=sized_jpeg(size))
    answer = api.send(member, subject=claim, kind="claim.invoice", content=sized_jpeg(rest + 1))
    assert_refused(answer, RefusalCode.TOTAL_TOO_LARGE, "Taille totale des fichiers acceptée : 10Mo.")
    api.stored(member, subject=claim, kind="claim.invoice", content=sized_jpeg(rest))


def test_a_submitted_claim_starts_a_new_sending(api: World) -> None:
    member, claim = Somebody("member"), new_id()
    for _ in range(10):
        api.stored(member, subject=f"claim:{claim}", kind="claim.invoice")
    api.hear("claims.claim.submitted.v1", {"claim_id": claim, "contract_id": new_id(), "member_id": member.id})
    assert api.send(member, subject=f"claim:{claim}", kind="claim.invoice").status_code == 201


def test_each_claim_has_its_own_sending(api: World) -> None:
    member = Somebody("member")
    for _ in range(11):
        api.stored(member, subject=f"claim:{new_id()}", kind="claim.invoice")


@pytest.mark.parametrize("sample", ONE_OF_EACH, ids=str)
def test_each_refusal_has_its_own_words(api: World, sample: Any) -> None:
    who = guest()
    answer = api.send(
        who, subject=f"subscription:{who.subscription}", content=sample.content, name=f"a.{sample.extension}"
    )
    assert_refused(answer, sample.refused, MESSAGES[sample.refused])
    assert api.objects() == []
    assert api.said("documents.document.stored.v1") == []


def test_a_photo_is_kept_without_the_place_where_it_was_taken(api: World) -> None:
    who = guest()
    taken = jpeg_with(jpeg_segment(0xE1, exif(orientation=6, place=True)))
    document = api.stored(who, subject=f"subscription:{who.subscription}", content=taken)
    kept = Image.open(io.BytesIO(api.get(f"/{document['id']}/content", who).data)).getexif()
    assert kept[0x0112] == 6
    assert not dict(kept.get_ifd(0x8825))


def test_a_service_s_file_is_kept_byte_for_byte(api: World) -> None:
    quoting = service()
    content = pdf(pages=2)
    document = api.stored(
        quoting, subject=f"quote:{new_id()}", kind="quote.pdf", content=content, name="DEVIS.pdf",
        media_type="application/pdf", readers='["manager:*", "service:notifications"]',
    )  # fmt: skip
    assert document["pages"] == 2
    assert api.get(f"/{document['id']}/content", quoting).data == content


def test_a_service_may_store_up_to_twenty_megabytes(api: World) -> None:
    quoting, subject = service(), f"quote:{new_id()}"
    more = {"kind": "evidence", "name": "preuve.txt", "media_type": "text/plain"}
    api.stored(quoting, subject=subject, content=b"a" * MAX_SERVICE_FILE_BYTES, **more)
    answer = api.send(quoting, subject=subject, content=b"a" * (MAX_SERVICE_FILE_BYTES + 1), **more)
    assert_refused(answer, RefusalCode.TOO_LARGE, MESSAGES[RefusalCode.TOO_LARGE])


def test_a_body_that_nobody_may_send_is_413(api: World) -> None:
    who = guest()
    answer = api.send(who, subject=f"subscription:{who.subscription}", content=bytes(MAX_SERVICE_FILE_BYTES + 70_000))
    assert (answer.status_code, answer.json["code"]) == (413, "body.too_large")


def test_a_quota_keeps_one_client_from_filling_the_store(api: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.domain.sending.QUOTA_FILES", 2)
    who = guest()
    subject = f"subscription:{who.subscription}"
    api.stored(who, subject=subject)
    api.stored(who, subject=subject)
    assert_refused(api.send(who, subject=subject), RefusalCode.QUOTA, MESSAGES[RefusalCode.QUOTA])
    assert len(api.objects()) == 2


def test_too_many_uploads_a_minute_are_refused(api: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.api.documents._RATES", ("2/minute",))
    who = guest()
    subject = f"subscription:{who.subscription}"
    answers = [api.send(who, subject=subject).status_code for _ in range(3)]
    assert answers == [201, 201, 429]


def fields_at_fault(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.json["code"] == "validation"
    return {entry["field"]: entry["code"] for entry in answer.json["errors"]}


def test_a_form_without_file_names_the_missing_part(api: World) -> None:
    who = guest()
    answer = api.post(who, [("kind", "piece.identity"), ("subject", f"subscription:{who.subscription}")])
    assert fields_at_fault(answer) == {"file": "required"}


def test_two_files_in_one_form_are_too_many(api: World) -> None:
    who = guest()
    parts = [("file", Part(jpeg(), "a.jpg")), ("file", Part(jpeg(), "b.jpg")), ("kind", "piece.identity")]
    answer = api.post(who, [*parts, ("subject", f"subscription:{who.subscription}")])
    assert fields_at_fault(answer) == {"file": "too_many"}


def test_a_file_under_another_name_is_not_expected(api: World) -> None:
    who = guest()
    parts = [("document", Part(jpeg(), "a.jpg")), ("kind", "piece.identity"), ("subject", "x")]
    assert fields_at_fault(api.post(who, parts)) == {"document": "unknown", "file": "required"}


def test_a_text_in_place_of_the_file_is_not_a_file(api: World) -> None:
    who = guest()
    assert fields_at_fault(api.post(who, [("file", "bonjour"), ("kind", "piece.identity")])) == {"file": "type"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subject": ""}, {"subject": "subject"}),
        ({"subject": "dossier:1"}, {"subject": "subject"}),
        ({"subject": "subscription:*"}, {"subject": "subject"}),
        ({"subject": "subscription:" + "a" * 200}, {"subject": "subject"}),
        ({"kind": "Pièce"}, {"kind": "kind"}),
        ({"kind": "a" * 200}, {"kind": "kind"}),
        ({"title": ""}, {"title": "blank"}),
        ({"title": "x" * 201}, {"title": "too_long"}),
        ({"title": "a\x00b"}, {"title": "control_characters"}),
        ({"readers": "manager"}, {"readers": "readers"}),
        ({"readers": '["nobody:1"]'}, {"readers": "readers"}),
        ({"readers": '[["manager:*"]]'}, {"readers": "readers"}),
        ({"readers": '{"manager": 1}'}, {"readers": "readers"}),
        ({"inconnu": "1"}, {"inconnu": "unknown"}),
    ],
)
def test_a_bad_field_is_named(api: World, changes: dict[str, str], expected: dict[str, str]) -> None:
    upload: dict[str, Any] = {"subject": f"quote:{new_id()}", "kind": "quote.pdf", **changes}
    assert fields_at_fault(api.send(service(), **upload)) == expected


def test_missing_fields_are_named_together(api: World) -> None:
    answer = api.post(service(), [("file", Part(jpeg(), "a.jpg"))])
    assert fields_at_fault(answer) == {"kind": "required", "subject": "required"}


def test_a_field_given_twice_is_refused(api: World) -> None:
    parts = [("file", Part(jpeg(), "a.jpg")), ("kind", "a"), ("kind", "b"), ("subject", "quote:1")]
    assert fields_at_fault(api.post(service(), parts)) == {"kind": "too_many"}


def test_a_person_may_not_choose_readers(api: World) -> None:
    who = guest()
    answer = api.send(who, subject=f"subscription:{who.subscription}", readers='["guest:*"]')
    assert (answer.status_code, answer.json["code"]) == (422, "document.readers_refused")


@pytest.mark.parametrize("kind", ["signed.bia", "quote.pdf", "claim.invoice", "piece.unknown"])
def test_a_person_may_not_send_every_kind(api: World, kind: str) -> None:
    who = guest()
    answer = api.send(who, subject=f"subscription:{who.subscription}", kind=kind)
    assert (answer.status_code, answer.json["code"]) == (422, "document.kind_refused")


FORM = "multipart/form-data; boundary=limite"
GOOD = (
    b'--limite\r\nContent-Disposition: form-data; name="kind"\r\n\r\nquote.pdf\r\n'
    b'--limite\r\nContent-Disposition: form-data; name="subject"\r\n\r\nquote:1\r\n'
    b'--limite\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n'
    b"\r\nbonjour\r\n--limite--\r\n"
)


def raw(api: World, body: bytes, content_type: str = FORM) -> Any:
    headers = {**service().headers(), "Idempotency-Key": new_id()}
    return api.client.post("/v1/documents", data=body, headers=headers, content_type=content_type)


def test_the_hand_written_form_is_good(api: World) -> None:
    assert raw(api, GOOD).status_code == 201


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (GOOD, "application/json", 415),
        (GOOD, "text/plain", 415),
        (GOOD, "", 415),
        (GOOD, "multipart/form-data", 400),
        (GOOD, "multipart/form-data; boundary=" + "x" * 200, 400),
        (GOOD, "multipart/form-data; boundary=autre", 400),
        (b"\r\n", FORM, 400),
        (b"--limite--\r\n", FORM, 422),
        (GOOD[:150], FORM, 400),
        (GOOD[:-12], FORM, 400),
        (GOOD.replace(b"Content-Disposition", b"X"), FORM, 400),
        (GOOD.replace(b'name="kind"', b"noname"), FORM, 400),
        (GOOD.replace(b"quote.pdf", b"\xff\xfe"), FORM, 400),
        (GOOD.replace(b"quote.pdf", b"a" * 20_000), FORM, 413),
        (GOOD.replace(b"form-data; ", b"form-data; x=" + b"y" * 300_000, 1), FORM, 413),
        (b"\r\n".join([GOOD[:80]] * 30) + GOOD, FORM, 413),
        (bytes(1_000_000), FORM, 413),
    ],
)  # fmt: skip
def test_a_malformed_form_gets_a_clear_answer(api: World, body: bytes, content_type: str, status: int) -> None:
    answer = raw(api, body, content_type)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"]


ASKED = (
    "Copie de votre pièce d'identité en cours de validité (si l'adresse figurant sur cette pièce est différente de",
    "Un RIB (relevé d'identité bancaire) ou RCE (relevé d'identité caisse d'épargne)",
    "Une copie de l'attestation (d'assuré) social(e) et celle de vos bénéficiaires",
    "Le cas échéant : un justificatif de domicile de moins de 3 mois",
    "Le cas échéant : Extrait d'actes [Kbis] de moins de 3 mois ou l'acte d'inscription SIRENE",
    "Le cas échéant : Pour les enfants handicapés, une copie de leur carte d'invalidité civile et un justificatif de",
    " versement de l'allocation pour adulte handicapé",
    "Le cas échéant : Pour les enfants majeurs, les documents justifiant de leur situation : ",
    "Le cas échéant : Pour les concubins, un justificatif de domicile, pour les PACSÉS, une copie du Pacte Civil de",
)


@pytest.mark.feature("F-128", "F-129", "F-130", "F-131", "F-132", "F-133", "F-134", "F-135", "F-141", "F-353")
def test_the_kinds_of_pieces_are_told_in_the_guides_words(api: World) -> None:
    broker = Somebody("broker")
    answer = api.client.get("/v1/kinds", headers=broker.headers())
    labels = {item["label"] for item in answer.json["items"]}
    requests = " | ".join(item["request"] for item in answer.json["items"])
    assert labels >= {
        "Autre pièce", "Justificatif de domicile", "Extrait Kbis", "Relevé d'identité bancaire",
        "Le cas échéant : Relevé d'identité bancaire (pour versement des prestations)",
        "Bulletin d'adhésion signé", "Mandat SEPA signé",
    }  # fmt: skip
    for words in ASKED:
        assert words in requests
    codes = {item["code"] for item in answer.json["items"]}
    claims = api.client.get("/v1/kinds?subject_kind=claim", headers=broker.headers()).json["items"]
    assert not codes & {item["code"] for item in claims}
    for code in codes:
        who = guest()
        api.stored(who, subject=f"subscription:{who.subscription}", kind=code)
