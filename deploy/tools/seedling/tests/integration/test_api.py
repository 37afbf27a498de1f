"""Notes over HTTP, and the event that tells of them."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from plumbing.database import OUTBOX
from plumbing.ids import new_id
from seedling.bootstrap import Bootstrap
from tests.support.tokens import bearer


def test_a_note_is_written_once_listed_and_told(api: FlaskClient, services: Bootstrap) -> None:
    manager = bearer("manager", new_id())
    once = {**manager, "Idempotency-Key": "note-number-one"}
    written = [api.post("/v1/notes", json={"text": "Rappeler demain."}, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in written] == [201, 201]
    listed = api.get("/v1/notes", headers=manager).get_json()
    assert [note["text"] for note in listed["items"]] == ["Rappeler demain."]
    with services.engine.connect() as connection:
        told = connection.execute(select(OUTBOX.c.type, OUTBOX.c.subject)).all()
    assert told == [("seedling.note.written.v1", listed["items"][0]["id"])]


def test_another_mutuelle_sees_nothing_of_it(api: FlaskClient) -> None:
    key = {"Idempotency-Key": "note-number-two"}
    api.post("/v1/notes", json={"text": "Chez nous."}, headers={**bearer("manager", new_id()), **key})
    assert api.get("/v1/notes", headers=bearer("manager", new_id(), "plateau")).get_json()["items"] == []


def test_refusals_are_problems_in_french(api: FlaskClient) -> None:
    manager = {**bearer("manager", new_id()), "Idempotency-Key": "note-number-three"}
    empty = api.post("/v1/notes", json={"text": "  "}, headers=manager)
    assert (empty.status_code, empty.get_json()["code"]) == (422, "note.empty")
    assert api.post("/v1/notes", json={"words": "?"}, headers=manager).status_code == 422
    assert api.get("/v1/notes", headers=bearer("broker", new_id())).status_code == 403
    assert api.get("/v1/notes").status_code == 401
