"""A file under any order of acts, against a small model: what is allowed, what is refused, what is said."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.services.quoting.conftest import Api
from tests.services.quoting.world import World

KINDS = ("identity", "bank_account", "social_security.0", "company", "signed_application", "signed_mandate")
BY_HAND = frozenset({"signed_application", "signed_mandate"})


class FileMachine(RuleBasedStateMachine):
    """The client sends, signs or refuses; managers judge, record the post and create; each may come at any time."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), self.template)
        self.api = Api(self.world)

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()

    @initialize(by_hand=st.booleans())
    def submit(self, by_hand: bool) -> None:
        mode: dict[str, Any] = {"signature_mode": "handwritten", "mobile": None} if by_hand else {}
        self.subscription = self.api.subscribe(**mode)["id"]
        self.by_hand = by_hand
        self.codes = [code for code in KINDS if by_hand or code not in BY_HAND]
        self.pieces = dict.fromkeys(self.codes, "to_provide")
        self.documents: dict[str, str | None] = dict.fromkeys(self.codes)
        self.file = "awaiting_documents"
        self.signature = "in_progress"
        self.refusals = 0

    def manager(self, path: str, body: Any = None) -> Any:
        file_id = self.api.subscription(self.subscription)["file"]["id"]
        return self.api.post(f"/files/{file_id}/{path}", body, role="manager")

    def came(self) -> None:
        if self.file == "awaiting_documents":
            self.file = "transmitted"

    def verdict_taken(self, code: str, outcome: str) -> None:
        self.pieces[code] = outcome
        self.refusals += outcome == "refused"
        if self.by_hand:
            signed = all(self.pieces[each] == "accepted" for each in BY_HAND)
            self.signature = "signed" if signed else "in_progress"

    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(self.codes))
        document_id = self.api.send_piece(self.subscription, f"piece.{code.partition('.')[0]}")
        if self.pieces[code] in {"to_provide", "refused"}:
            self.pieces[code], self.documents[code] = "received", document_id
        self.came()

    @rule(
        data=st.data(), outcome=st.sampled_from(["accepted", "refused"]), seen=st.sampled_from(["received", "accepted"])
    )
    def judge(self, data: st.DataObject, outcome: str, seen: str) -> None:
        code = data.draw(st.sampled_from(self.codes))
        document_id = self.documents[code]
        if document_id is None:
            return
        reason = "Illisible" if outcome == "refused" else None
        body = {"outcome": outcome, "reason": reason, "seen": seen, "signed_on": "2026-11-23"}
        answer = self.manager(f"pieces/{document_id}/decision", body)
        if self.file == "created" or self.pieces[code] != seen:
            assert answer.status_code == 409, answer.json
        else:
            assert answer.status_code == 200, answer.json
            self.verdict_taken(code, outcome)

    @rule(data=st.data(), outcome=st.sampled_from(["accepted", "refused"]))
    def record_the_post(self, data: st.DataObject, outcome: str) -> None:
        code = data.draw(st.sampled_from(self.codes))
        reason = "Non signé" if outcome == "refused" else None
        body = {"received_on": "2026-11-23", "outcome": outcome, "reason": reason, "signed_on": "2026-11-23"}
        answer = self.manager(f"pieces/{code}/receipt", body)
        if self.file == "created" or self.pieces[code] not in {"to_provide", "refused"}:
            assert answer.status_code == 409, answer.json
        else:
            assert answer.status_code == 200, answer.json
            self.documents[code] = None
            self.came()
            self.verdict_taken(code, outcome)

    @rule(
        data=st.data(), outcome=st.sampled_from(["accepted", "refused"]), seen=st.sampled_from(["refused", "accepted"])
    )
    def correct(self, data: st.DataObject, outcome: str, seen: str) -> None:
        code = data.draw(st.sampled_from(self.codes))
        body = {"outcome": outcome, "reason": "Mal lu", "seen": seen, "signed_on": "2026-11-23"}
        answer = self.manager(f"pieces/{code}/correction", body)
        if self.file == "created" or self.pieces[code] != seen:
            assert answer.status_code == 409, answer.json
        else:
            assert answer.status_code == 200, answer.json
            self.verdict_taken(code, outcome)

    @rule()
    def sign_by_code(self) -> None:
        if not self.by_hand:
            self.api.sign(self.subscription)
            self.signature = "signed" if self.signature == "in_progress" else self.signature

    @precondition(lambda self: not self.by_hand)
    @rule(ending=st.sampled_from(["refused", "failed", "expired"]))
    def end_unsigned(self, ending: str) -> None:
        subject = f"subscription:{self.subscription}"
        data = {"ceremony_id": self.subscription, "subject": subject, "cause": "wrong_codes"}
        self.world.hear(f"signature.ceremony.{ending}.v1", data)
        self.signature = ending if self.signature == "in_progress" else self.signature

    @rule()
    def create(self) -> None:
        answer = self.manager("creation")
        there = any(status in {"received", "accepted"} for status in self.pieces.values())
        if self.file == "transmitted" and there and self.signature == "signed":
            assert answer.status_code == 201, answer.json
            self.file = "created"
        else:
            assert answer.status_code == 409, answer.json

    @invariant()
    def the_api_says_what_the_model_says(self) -> None:
        if not hasattr(self, "subscription"):
            return
        found = self.api.subscription(self.subscription)
        told = {piece["code"]: piece["status"] for piece in found["pieces"] if piece["code"] in self.codes}
        assert (told, found["file"]["status"], found["state"]) == (self.pieces, self.file, self.signature)

    @invariant()
    def each_fact_was_said_once(self) -> None:
        if not hasattr(self, "subscription"):
            return
        said = self.world.said
        assert len(said("quoting.file.transmitted.v1")) == (self.file != "awaiting_documents")
        assert len(said("quoting.contract.created.v1")) == (self.file == "created")
        assert len(said("quoting.piece.refused.v1")) == self.refusals

    @invariant()
    def managers_have_it_from_the_first_piece_on(self) -> None:
        if not hasattr(self, "subscription"):
            return
        queue = self.api.get("/files", role="manager").get_json()["items"]
        assert len(queue) == (self.file != "awaiting_documents")


@pytest.fixture
def machine(template: Path) -> type[FileMachine]:
    FileMachine.template = template
    return FileMachine


def test_a_file_goes_only_where_its_states_lead(machine: type[FileMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
