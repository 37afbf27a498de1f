"""Lists page by page, and edits that name the version they change."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from plumbing.http import cut_page, encode_cursor, etag_of, fields, if_match, not_modified, page_of
from plumbing.http.paging import Cursor
from plumbing.http.problems import ProblemRaised
from plumbing.ids import new_id
from tests.plumbing.http.demo import NOTES, Demo
from tests.plumbing.http.test_problems import assert_problem


def fill(demo: Demo, count: int, tenant: str = "rives") -> list[str]:
    ids = sorted(new_id() for _ in range(count))
    with demo.engine.begin() as connection:
        for note_id in ids:
            row = {"id": note_id, "tenant": tenant, "title": "Achats", "price_cents": 5174, "version": 1}
            connection.execute(NOTES.insert().values(**row))
    return ids


class TestPages:
    def test_a_walk_meets_each_once_and_in_order(
        self, client: FlaskClient, demo: Demo, as_broker: dict[str, str]
    ) -> None:
        ids, seen, sizes = fill(demo, 45), [], []
        fill(demo, 3, tenant="plateau")
        query: dict[str, Any] = {}
        while True:
            page = client.get("/v1/notes", headers=as_broker, query_string=query).get_json()
            seen += [item["id"] for item in page["items"]]
            sizes.append(len(page["items"]))
            if page["next_cursor"] is None:
                break
            query = {"cursor": page["next_cursor"]}
        assert seen == ids
        assert sizes == [20, 20, 5]

    def test_a_last_page_that_is_full_says_it_is_the_last(
        self, client: FlaskClient, demo: Demo, as_broker: dict[str, str]
    ) -> None:
        fill(demo, 3)
        page = client.get("/v1/notes?limit=3", headers=as_broker).get_json()
        assert (len(page["items"]), page["next_cursor"]) == (3, None)

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "!!!!",
            "é",
            "a" * 600,
            encode_cursor("no id"),
            encode_cursor(3),
            encode_cursor(None),
            encode_cursor(),
            encode_cursor(["0198"]),
            encode_cursor(new_id(), new_id()),
            base64.urlsafe_b64encode(json.dumps({"a": 1}).encode()).decode(),
            base64.urlsafe_b64encode(b"[" * 300).decode(),
            "' OR 1=1 --",
        ],
    )
    def test_cursors_of_somebodys_own_making(self, client: FlaskClient, as_broker: dict[str, str], cursor: str) -> None:
        answer = client.get("/v1/notes", headers=as_broker, query_string={"cursor": cursor})
        assert assert_problem(answer, 422, "validation")["errors"][0]["code"] == "cursor"

    def test_a_cursor_of_several_values(self) -> None:
        field = Cursor(fields.Instant(), fields.Amount(), fields.Text())
        instant = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
        values = (instant, Decimal("51.74"), "é")
        assert field.deserialize(encode_cursor(*values)) == values

    @given(st.text(max_size=60))
    def test_no_text_breaks_it(self, text: str) -> None:
        with pytest.raises(ma.ValidationError):
            Cursor().deserialize(text)

    def test_pages_by_hand(self) -> None:
        assert page_of([1]) == {"items": [1], "next_cursor": None}
        page, cursor = cut_page(["a", "b", "c"], 2, lambda row: (row,))
        assert page == ["a", "b"]
        assert page_of(page, cursor) == page_of(page, ("b",))


class TestEdits:
    def rename(self, client: FlaskClient, who: dict[str, str], note_id: str, etag: str | None) -> Any:
        headers = {**who, **({"If-Match": etag} if etag is not None else {})}
        return client.put(f"/v1/notes/{note_id}", headers=headers, json={"title": "Ventes"})

    def test_with_the_version_that_was_seen(self, client: FlaskClient, demo: Demo, as_broker: dict[str, str]) -> None:
        (note_id,) = fill(demo, 1)
        etag = client.get(f"/v1/notes/{note_id}", headers=as_broker).headers["ETag"]
        answer = self.rename(client, as_broker, note_id, etag)
        assert answer.status_code == 200
        assert (etag, answer.headers["ETag"]) == ('"1"', '"2"')

    def test_without(self, client: FlaskClient, demo: Demo, as_broker: dict[str, str]) -> None:
        (note_id,) = fill(demo, 1)
        for none in (None, "", "  "):
            assert_problem(self.rename(client, as_broker, note_id, none), 428, "if_match.missing")

    def test_with_one_that_was_overtaken(self, client: FlaskClient, demo: Demo, as_broker: dict[str, str]) -> None:
        (note_id,) = fill(demo, 1)
        self.rename(client, as_broker, note_id, '"1"')
        assert_problem(self.rename(client, as_broker, note_id, '"1"'), 412, "precondition.failed")

    @pytest.mark.parametrize(
        "etag", ["1", 'W/"1"', "*", '"one"', '"1", "2"', '"-1"', '""', '"1', '"٣"', '"9999999999"']
    )
    def test_with_what_is_no_version_of_ours(
        self, client: FlaskClient, demo: Demo, as_broker: dict[str, str], etag: str
    ) -> None:
        (note_id,) = fill(demo, 1)
        assert_problem(self.rename(client, as_broker, note_id, etag), 412, "precondition.failed")

    def test_compared_by_the_view(self) -> None:
        with Flask("x").test_request_context(headers={"If-Match": '"7"'}):
            assert if_match(7) == 7
            with pytest.raises(ProblemRaised):
                if_match(8)

    def test_not_modified(self) -> None:
        with Flask("x").test_request_context(headers={"If-None-Match": f'"1", W/{etag_of(2)}'}):
            assert not_modified(1)
            assert not_modified(2)
            assert not not_modified(3)
        with Flask("x").test_request_context():
            assert not not_modified(1)
