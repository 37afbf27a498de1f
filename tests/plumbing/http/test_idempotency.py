"""A POST sent twice acts once: repeats, twins at the same moment, crashes in between, on both databases."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from plumbing.cipher import FieldCipher
from plumbing.database import IDEMPOTENCY_KEY as KEYS
from plumbing.housekeeping import forget_repeats
from plumbing.http import idempotency
from plumbing.http.idempotency import IdempotencyClaim
from plumbing.unit_of_work import AlreadyTaken
from tests.plumbing.http.demo import METADATA, NOTES, NOW, Demo, demo_app, new_demo
from tests.plumbing.http.test_problems import assert_problem
from tests.support.fixtures import postgres, postgres_url  # noqa: F401
from tests.support.tokens import bearer

KEY = "0198d0a4-key-1"
BODY = {"title": "Achats", "price": "51.74"}
BROKER = bearer("broker", "broker-1", now=NOW)


def send(
    client: FlaskClient, key: str = KEY, body: Any = None, headers: dict[str, str] = BROKER, to: str = "notes"
) -> Any:
    return client.post(f"/v1/{to}", headers={**headers, "Idempotency-Key": key}, json=body or BODY)


def notes(demo: Demo) -> int:
    with demo.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(NOTES)).scalar_one())


def rows(demo: Demo) -> list[Any]:
    with demo.engine.connect() as connection:
        return list(connection.execute(select(KEYS)).mappings())


class TestKeys:
    def test_a_key_is_required(self, client: FlaskClient) -> None:
        assert_problem(client.post("/v1/notes", headers=BROKER, json=BODY), 400, "idempotency_key.missing")

    @pytest.mark.parametrize("key", ["short", "a" * 129, "with space", "é" * 10, "semi;colon"])
    def test_a_key_is_well_formed(self, client: FlaskClient, key: str) -> None:
        assert_problem(send(client, key), 400, "idempotency_key.malformed")

    def test_a_request_that_is_not_valid_needs_none_to_be_told_so(self, client: FlaskClient) -> None:
        assert client.post("/v1/notes", headers=BROKER, json={}).status_code == 422


class TestRepeats:
    def test_a_refusal_that_was_committed_is_the_same_too(self, client: FlaskClient, demo: Demo) -> None:
        counted = {**BODY, "title": "counted"}
        first, second = send(client, body=counted), send(client, body=counted)
        assert_problem(first, 409, "note.expired")
        # Word for word, the first one's request id included: that is where the refusal is in the logs.
        assert (second.status_code, second.mimetype, second.data) == (409, "application/problem+json", first.data)
        assert second.headers["Idempotency-Replayed"] == "true"
        assert notes(demo) == 1

    def test_the_same_answer(self, client: FlaskClient, demo: Demo) -> None:
        first, second = send(client), send(client)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.get_data() == second.get_data()
        assert first.headers["ETag"] == second.headers["ETag"] == '"1"'
        assert first.content_type == second.content_type
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"
        assert notes(demo) == 1

    def test_the_meaning_counts_and_not_the_bytes(self, client: FlaskClient) -> None:
        send(client)
        headers = {**BROKER, "Idempotency-Key": KEY}
        text = ' { "price" : "51.74",\n "title":"Achats" } '
        again = client.post("/v1/notes", headers=headers, data=text, content_type="application/json")
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_another_body(self, client: FlaskClient, demo: Demo) -> None:
        send(client)
        assert_problem(send(client, body={**BODY, "title": "Ventes"}), 409, "idempotency_key.reused")
        assert notes(demo) == 1

    def test_another_key(self, client: FlaskClient, demo: Demo) -> None:
        send(client)
        send(client, "another-key")
        assert notes(demo) == 2

    def test_keys_of_others_are_not_ours(self, client: FlaskClient, demo: Demo) -> None:
        for who in (
            BROKER,
            bearer("broker", "broker-2", now=NOW),
            bearer("broker", "broker-1", tenant="plateau", now=NOW),
        ):
            assert send(client, headers=who).status_code == 201
        assert notes(demo) == 3

    def test_a_refusal_is_not_kept(self, client: FlaskClient, demo: Demo) -> None:
        assert_problem(send(client, body={**BODY, "title": "expired"}), 409, "note.expired")
        assert rows(demo) == []
        assert send(client).status_code == 201

    def test_a_fault_of_ours_is_not_kept(
        self, client: FlaskClient, demo: Demo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("tests.plumbing.http.demo.write_note", lambda **_: 1 / 0)
            assert_problem(send(client), 500, "internal")
        assert send(client).status_code == 201

    def test_files_count_by_their_content(self, client: FlaskClient, demo: Demo) -> None:
        def upload(content: bytes, title: str = "a") -> Any:
            form = {"title": title, "file": (io.BytesIO(content), "a.pdf")}
            headers = {**BROKER, "Idempotency-Key": KEY}
            return client.post("/v1/files", headers=headers, data=form, content_type="multipart/form-data")

        assert upload(b"one").status_code == 201
        assert upload(b"one").headers["Idempotency-Replayed"] == "true"
        assert_problem(upload(b"two"), 409, "idempotency_key.reused")
        assert_problem(upload(b"one", "b"), 409, "idempotency_key.reused")
        assert demo.journal == [b"one"]


class TestTwins:
    def test_twins_act_once_and_hear_the_same(self, demo: Demo) -> None:
        run_twins(demo)

    def test_twins_on_postgresql(self, tmp_path: Path, postgres_url: str) -> None:  # noqa: F811
        demo = new_demo(tmp_path, url=postgres_url)
        try:
            run_twins(demo)
        finally:
            METADATA.drop_all(demo.engine)
            demo.engine.dispose()

    def test_many_keys_at_once(self, demo: Demo) -> None:
        app = demo_app(demo)

        def one(number: int) -> int:
            return int(send(app.test_client(), f"key-number-{number % 10}").status_code)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(one, range(60))) == {201}
        assert notes(demo) == 10

    def test_a_twin_that_comes_before_the_answer_is_kept_waits_for_it(self, demo: Demo) -> None:
        app = demo_app(demo)
        hold, written = threading.Event(), threading.Event()
        keep = idempotency._keep

        def slow(*arguments: Any) -> None:
            written.set()
            hold.wait(5)
            keep(*arguments)

        with pytest.MonkeyPatch.context() as patched, ThreadPoolExecutor(2) as pool:
            patched.setattr(idempotency, "_keep", slow)
            first = pool.submit(send, app.test_client())
            assert written.wait(5)
            second = pool.submit(send, app.test_client())
            threading.Timer(0.2, hold.set).start()
            assert first.result().get_data() == second.result().get_data()
            assert second.result().headers["Idempotency-Replayed"] == "true"
        assert notes(demo) == 1


def run_twins(demo: Demo) -> None:
    app: Flask = demo_app(demo)
    for turn in range(6):
        start = threading.Barrier(6)

        def one(_: int, turn: int = turn, start: threading.Barrier = start) -> tuple[int, bytes]:
            start.wait()
            answer = send(app.test_client(), f"twin-number-{turn}")
            return answer.status_code, answer.get_data()

        with ThreadPoolExecutor(6) as pool:
            answers = set(pool.map(one, range(6)))
        assert len(answers) == 1, answers
        assert answers.pop()[0] == 201
        assert notes(demo) == turn + 1


class TestCrashes:
    """What is left by a process that died after its commit and before the answer was kept."""

    @pytest.fixture
    def crashed(self, client: FlaskClient, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
        monkeypatch.setattr(idempotency, "PATIENCE", 0.05)
        with monkeypatch.context() as patched:
            patched.setattr(idempotency, "_keep", lambda *_: 1 / 0)
            assert send(client).status_code == 201
        yield client
        assert notes(demo) == 1

    def test_just_now_it_may_still_be_running(self, crashed: FlaskClient) -> None:
        answer = send(crashed)
        assert_problem(answer, 409, "idempotency_key.in_progress")
        assert answer.headers["Retry-After"] == "1"

    def test_later_the_answer_is_lost_but_the_act_is_done(self, crashed: FlaskClient, demo: Demo) -> None:
        demo.clock.advance(timedelta(seconds=60))
        body = assert_problem(send(crashed), 409, "idempotency_key.answer_lost")
        assert "a bien été faite" in body["detail"]

    def test_with_another_body_it_is_still_the_wrong_key(self, crashed: FlaskClient) -> None:
        assert_problem(send(crashed, body={**BODY, "title": "x"}), 409, "idempotency_key.reused")

    @pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)])
    def test_what_the_work_remembered_is_answered_again(
        self, client: FlaskClient, demo: Demo, monkeypatch: pytest.MonkeyPatch, later: timedelta
    ) -> None:
        monkeypatch.setattr(idempotency, "PATIENCE", 0.05)
        with monkeypatch.context() as patched:
            patched.setattr(idempotency, "_keep", lambda *_: 1 / 0)
            first = send(client, to="kept-notes")
        demo.clock.advance(later)
        headers = bearer("broker", "broker-1", now=demo.clock.now())
        second = send(client, to="kept-notes", headers=headers)
        assert (second.status_code, second.json, second.headers["ETag"]) == (201, first.json, '"1"')
        assert second.headers["Idempotency-Replayed"] == "true"
        assert notes(demo) == 1
        other = send(client, to="kept-notes", body={**BODY, "title": "x"}, headers=headers)
        assert_problem(other, 409, "idempotency_key.reused")

    def test_an_answer_that_was_kept_needs_no_making(self, client: FlaskClient, demo: Demo) -> None:
        first, second = send(client, to="kept-notes"), send(client, to="kept-notes")
        assert (second.status_code, second.get_data()) == (201, first.get_data())
        assert [row["status"] for row in rows(demo)] == [201]


class TestClaims:
    def claim(self, **changes: str) -> IdempotencyClaim:
        who = {"tenant": "rives", "actor": "broker:b", "route": "POST /v1/notes", "key": KEY, "fingerprint": "0" * 64}
        return IdempotencyClaim(**{**who, **changes}, now=NOW)

    def test_a_request_may_take_its_own_claim_again(self, demo: Demo) -> None:
        claim, factory = self.claim(), demo.units.for_tenant
        with factory("rives", claim=claim)():
            pass  # rolled back
        with factory("rives", claim=claim)() as work:
            work.commit()
        with factory("rives", claim=claim)() as work:
            work.commit()
        with pytest.raises(AlreadyTaken), factory("rives", claim=self.claim())():
            pass

    def test_a_view_that_takes_no_claim_is_answered_alike_all_the_same(
        self, client: FlaskClient, demo: Demo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = {"id": "0198d0a4-0000-7000-8000-000000000000", "title": "x", "price": 1, "version": 1}
        monkeypatch.setattr("tests.plumbing.http.demo.write_note", lambda **_: made)
        assert send(client).get_json() == send(client).get_json()
        assert len(rows(demo)) == 1

    def test_answers_are_closed_at_rest(self, tmp_path: Path) -> None:
        demo = new_demo(tmp_path, cipher=FieldCipher({"k": b"k" * 32}, "k"))
        client = demo_app(demo).test_client()
        first, second = send(client), send(client)
        assert first.get_data() == second.get_data()
        assert "Achats" not in rows(demo)[0]["body"]

    def test_old_keys_are_purged(self, client: FlaskClient, demo: Demo) -> None:
        send(client)
        forget_repeats(demo.engine, NOW)
        assert len(rows(demo)) == 1
        forget_repeats(demo.engine, NOW + timedelta(seconds=1))
        assert rows(demo) == []

    def test_the_row_tells_who_and_where(self, client: FlaskClient, demo: Demo) -> None:
        send(client)
        (row,) = rows(demo)
        assert (row["tenant"], row["actor"], row["route"]) == ("rives", "broker:broker-1", "POST /v1/notes")
        assert (row["key"], row["status"], row["created_at"]) == (KEY, 201, NOW)


def test_an_answer_lost_long_ago_does_not_make_anybody_wait(demo: Demo, client: FlaskClient) -> None:
    send(client)
    with demo.engine.begin() as connection:
        connection.execute(update(KEYS).values(status=None, body="mark"))
    demo.clock.advance(timedelta(minutes=5))
    assert_problem(send(client), 409, "idempotency_key.answer_lost")
