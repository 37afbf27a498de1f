"""Downloading: whose, which bytes, under which headers, and that it is written down."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from documents.adapters.tables import DOCUMENT_READING
from plumbing.ids import new_id
from tests.services.documents.pictures import pdf, png
from tests.services.documents.world import Somebody, World, service

CONTENT = pdf(pages=3)


@pytest.fixture
def paper(api: World) -> dict[str, Any]:
    """A PDF that quoting has stored for the managers and for notifications."""
    return api.stored(
        service(), subject=f"quote:{new_id()}", kind="quote.pdf", content=CONTENT, name="DEVIS.pdf",
        media_type="application/pdf", title="Devis n° 33 – Été « Œuvre »", readers='["service:notifications"]',
    )  # fmt: skip


MANAGER = Somebody("manager")


def test_the_whole_content_comes_with_harmless_headers(api: World, paper: dict[str, Any]) -> None:
    answer = api.get(f"/{paper['id']}/content", MANAGER)
    assert (answer.status_code, answer.data) == (200, CONTENT)
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(CONTENT))
    assert headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Accept-Ranges"] == "bytes"


def test_the_name_is_given_in_plain_letters_and_in_utf8(api: World, paper: dict[str, Any]) -> None:
    disposition = api.get(f"/{paper['id']}/content", MANAGER).headers["Content-Disposition"]
    kind, plain, full = disposition.split("; ")
    assert kind == "attachment"
    assert plain.startswith('filename="Devis n')
    assert plain.endswith('.pdf"')
    assert plain.isascii()
    assert unquote(full.removeprefix("filename*=UTF-8''")) == "Devis n° 33 – Été « Œuvre ».pdf"


def test_a_pdf_may_be_shown_and_nothing_else(api: World, paper: dict[str, Any]) -> None:
    shown = api.get(f"/{paper['id']}/content?inline=1", MANAGER)
    assert shown.headers["Content-Disposition"].startswith("inline; ")
    image = api.stored(service(), subject="product:horizon-tns", kind="logo", content=png(), media_type="image/png")
    saved = api.get(f"/{image['id']}/content?inline=1", MANAGER)
    assert saved.headers["Content-Disposition"].startswith("attachment; ")


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        (f"bytes=10-{SIZE * 9}", 10, SIZE - 1),
    ],
)
def test_a_range_is_answered_206(api: World, paper: dict[str, Any], asked: str, first: int, last: int) -> None:
    answer = api.get(f"/{paper['id']}/content", MANAGER, Range=asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.data == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(api: World, paper: dict[str, Any], asked: str) -> None:
    answer = api.get(f"/{paper['id']}/content", MANAGER, Range=asked)
    assert (answer.status_code, answer.json["code"]) == (416, "range.unsatisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert api.rows(DOCUMENT_READING) == []


@pytest.mark.parametrize(
    "asked", ["bytes=abc", "pages=1-2", "bytes=5-2", "bytes=0-1,5-6", "bytes", "", "bytes=-", "bytes=²-"]
)
def test_a_range_that_means_nothing_is_answered_whole(api: World, paper: dict[str, Any], asked: str) -> None:
    answer = api.get(f"/{paper['id']}/content", MANAGER, Range=asked)
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_a_range_of_another_content_is_answered_whole(api: World, paper: dict[str, Any]) -> None:
    path = f"/{paper['id']}/content"
    assert api.get(path, MANAGER, Range="bytes=0-9", If_Range='"autre"').data == CONTENT
    same = api.get(path, MANAGER, Range="bytes=0-9", If_Range=f'"{paper["sha256"]}"')
    assert same.data == CONTENT[:10]


def test_who_has_it_already_gets_304(api: World, paper: dict[str, Any]) -> None:
    answer = api.get(f"/{paper['id']}/content", MANAGER, If_None_Match=f'"{paper["sha256"]}"')
    assert (answer.status_code, answer.data) == (304, b"")


def test_head_tells_the_size_and_reads_nothing(api: World, paper: dict[str, Any]) -> None:
    answer = api.client.head(f"/v1/documents/{paper['id']}/content", headers=MANAGER.headers())
    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, str(SIZE), b"")
    assert api.rows(DOCUMENT_READING) == []


@pytest.mark.feature("F-185")
def test_each_download_is_written_down_and_said(api: World, paper: dict[str, Any]) -> None:
    path = f"/{paper['id']}/content"
    api.get(path, MANAGER)
    api.get(path, service("notifications"), Range="bytes=5-9")
    assert api.get(path, Somebody("broker")).status_code == 404
    rows = sorted(
        (row["role"], row["actor"], row["first"], row["last"], row["document_id"]) for row in api.rows(DOCUMENT_READING)
    )
    assert rows == [
        ("manager", MANAGER.id, 0, SIZE - 1, paper["id"]),
        ("service", "notifications", 5, 9, paper["id"]),
    ]
    assert [said["reader"] for said in api.said("documents.document.read.v1")] == [
        MANAGER.owner,
        "service:notifications",
    ]


def test_a_document_tells_its_reader_when_he_read_it(api: World, paper: dict[str, Any]) -> None:
    assert api.get(f"/{paper['id']}", MANAGER).json["read_at"] is None
    api.get(f"/{paper['id']}/content", MANAGER)
    assert api.get(f"/{paper['id']}", MANAGER).json["read_at"] == "2026-11-23T09:00:00Z"
    assert api.get(f"/{paper['id']}", Somebody("manager")).json["read_at"] is None


def test_lost_bytes_are_an_outage_and_no_reading(api: World, paper: dict[str, Any]) -> None:
    (key,) = api.objects()
    api.services.store.delete(key)
    answer = api.get(f"/{paper['id']}/content", MANAGER)
    assert (answer.status_code, answer.json["code"]) == (503, "document.content_missing")
    assert api.rows(DOCUMENT_READING) == []


NOBODYS = "0199d1c2-5a7e-7c31-9d0f-00000000dead"


@pytest.mark.parametrize(
    "path", ["/pas-un-identifiant", "/pas-un-identifiant/content", f"/{NOBODYS}", f"/{NOBODYS}/content"]
)
def test_what_does_not_exist_is_404(api: World, path: str) -> None:
    assert api.get(path, MANAGER).status_code == 404


@pytest.mark.parametrize("query", ["?inline=peut-etre", "?autre=1"])
def test_a_bad_query_is_422(api: World, paper: dict[str, Any], query: str) -> None:
    assert api.get(f"/{paper['id']}/content{query}", MANAGER).status_code == 422


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?subject=x", "?cursor=x", "?tri=nom"])
def test_a_bad_list_query_is_422(api: World, query: str) -> None:
    assert api.get(query, MANAGER).status_code == 422


def test_a_list_is_paged(api: World) -> None:
    subject = f"subscription:{new_id()}"
    sent = [
        api.stored(service(), subject=subject, kind="ipid", content=b"{}", media_type="application/json")["id"]
        for _ in range(5)
    ]
    seen: list[str] = []
    cursors: list[str | None] = []
    while not cursors or cursors[-1]:
        after = f"&cursor={cursors[-1]}" if cursors else ""
        page = api.get(f"?subject={subject}&limit=2{after}", MANAGER).get_json()
        seen += [item["id"] for item in page["items"]]
        cursors.append(page["next_cursor"])
    assert seen == sent
    assert len(cursors) == 3


class TestPages:
    def test_a_page_comes_as_a_picture_with_its_text_and_the_last_one_is_a_reading(
        self, api: World, paper: dict[str, Any]
    ) -> None:
        first = api.get(f"/{paper['id']}/pages/1", MANAGER).json
        assert first is not None
        assert (first["number"], first["pages"]) == (1, 3)
        picture = Image.open(io.BytesIO(base64.b64decode(first["picture"])))
        assert (picture.format, picture.size) == ("PNG", (first["width"], first["height"]))
        assert api.get(f"/{paper['id']}", MANAGER).json["read_at"] is None
        assert api.get(f"/{paper['id']}/pages/3", MANAGER).status_code == 200
        assert api.get(f"/{paper['id']}", MANAGER).json["read_at"] is not None

    def test_there_is_no_page_beyond_the_last_nor_for_who_may_not_read(self, api: World, paper: dict[str, Any]) -> None:
        assert api.get(f"/{paper['id']}/pages/4", MANAGER).status_code == 404
        assert api.get(f"/{paper['id']}/pages/0", MANAGER).status_code == 404
        assert api.get(f"/{paper['id']}/pages/1", Somebody("member")).status_code == 404

    def test_nobody_has_pages_drawn_faster_than_they_are_read(self, api: World, paper: dict[str, Any]) -> None:
        hasty = Somebody("manager")
        answers = [api.get(f"/{paper['id']}/pages/4", hasty).status_code for _ in range(121)]
        assert (set(answers[:120]), answers[120]) == ({404}, 429)
        assert api.get(f"/{paper['id']}/pages/1", MANAGER).status_code == 200

    def test_a_picture_has_no_pages(self, api: World) -> None:
        image = api.stored(service(), subject="product:horizon-tns", kind="logo", content=png(), media_type="image/png")
        assert api.get(f"/{image['id']}/pages/1", MANAGER).status_code == 404
