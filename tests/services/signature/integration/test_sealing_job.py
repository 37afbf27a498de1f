"""From the right code to stored, sealed files and their evidence; and what happens when something breaks half-way."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from plumbing.database import JOB
from signature.adapters.sealer.inspection import Anchors, Inspector
from signature.adapters.sealer.pades import PadesSealer
from signature.adapters.sealer.timestamps import HttpTimeStamper
from signature.adapters.tables import STAGED_FILE
from signature.domain.canonical import canonical_json
from signature.domain.sealing import Level
from tests.services.signature import papers
from tests.services.signature.authorities import TimestampAuthority
from tests.services.signature.world import Guest, World


def job_states(world: World, kind: str = "seal_envelope") -> list[tuple[str, str | None]]:
    with world.services.engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(select(JOB.c.state, JOB.c.error).where(JOB.c.kind == kind))
        return [(row.state, row.error) for row in rows]


@pytest.fixture
def inspector(world: World) -> Inspector:
    return world.services.inspector


def evidence_of(world: World) -> zipfile.ZipFile:
    [stored] = world.neighbours.of_kind("evidence")
    return zipfile.ZipFile(BytesIO(stored.content))


class TestSealed:
    @pytest.mark.feature("F-111")
    def test_code_and_boxes_seal_the_documents_and_store_the_evidence(
        self, api: Guest, world: World, inspector: Inspector
    ) -> None:
        api.sign_all()
        assert api.ceremony()["state"] == "signed"
        assert world.events("signature.envelope.sealed.v1") == []
        world.run_jobs()
        assert api.ceremony()["state"] == "sealed"
        [event] = world.events("signature.envelope.sealed.v1")
        data = event["data"]
        assert (data["level"], data["subject"]) == ("PAdES-B-LT", f"subscription:{api.subscription_id}")
        assert [each["document_id"] for each in data["documents"]] == [each["document_id"] for each in world.documents]
        assert [each["kind"] for each in data["documents"]] == ["signed.advice", "signed.bia", "signed.mandate"]
        for each in data["documents"]:
            stored = world.neighbours.files[each["sealed_document_id"]]
            assert hashlib.sha256(stored.content).hexdigest() == each["sha256"]
            original = world.neighbours.files[each["document_id"]].content
            inspector.inspect(stored.content, original=original, level=Level.B_LT)
        assert data["evidence_document_id"] == world.neighbours.of_kind("evidence")[0].id
        assert event["sealed"]["broker_email"] == "courtier@lemaire.example"

    def test_sealed_files_are_for_the_client_and_the_evidence_for_nobody_yet(self, api: Guest, world: World) -> None:
        api.sign_all()
        world.run_jobs()
        subject = f"subscription:{api.subscription_id}"
        for kind in ("signed.advice", "signed.bia", "signed.mandate"):
            [stored] = world.neighbours.of_kind(kind)
            assert stored.fields["subject"] == subject
            assert set(json.loads(stored.fields["readers"])) >= {subject, "manager:*"}
        [evidence] = world.neighbours.of_kind("evidence")
        assert json.loads(evidence.fields["readers"]) == []
        # What is stored about a subscription is seen by its guest: the evidence is about the ceremony.
        assert evidence.fields["subject"] == f"ceremony:{api.ceremony_id()}"

    def test_nothing_sealed_stays_behind(self, api: Guest, world: World) -> None:
        api.sign_all()
        world.run_jobs()
        assert job_states(world) == []
        with world.services.engine.connect() as connection:
            contents = [row.content for row in connection.execute(select(STAGED_FILE))]
        assert contents == [None] * 4

    def test_the_reference_of_page_and_sms_is_in_every_sealed_file(self, api: Guest, world: World) -> None:
        api.sign_all()
        world.run_jobs()
        reference = api.ceremony()["reference"]
        assert reference in world.events("signature.code.requested.v1")[0]["sealed"]["text"]
        for kind in ("signed.advice", "signed.bia", "signed.mandate"):
            [stored] = world.neighbours.of_kind(kind)
            # The reason of the seal is a text string of the file's last part, in UTF-16 when it has accents.
            assert reference.encode() in stored.content or reference.encode("utf-16-be") in stored.content
            assert all(f"référence {reference}" in page for page in papers.words(stored.content))


class TestEvidence:
    def test_a_stranger_checks_it_with_openssl_and_sha256(self, api: Guest, world: World, tmp_path: Path) -> None:
        api.sign_all()
        world.run_jobs()
        folder = tmp_path / "evidence"
        evidence_of(world).extractall(folder)
        [command] = [line for line in (folder / "LISEZMOI.txt").read_text().splitlines() if "openssl cms" in line]
        assert subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 0
        described = json.loads((folder / "evidence.json").read_bytes())
        for name, print_ in described["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == print_
        head = "0" * 64
        for line in (folder / "journal.jsonl").read_bytes().splitlines():
            entry = json.loads(line)
            assert entry["previous"] == head
            head = hashlib.sha256(head.encode() + canonical_json(entry["entry"])).hexdigest()
            assert entry["hash"] == head
        assert head == described["journal_head"]
        assert described["manifest_sha256"] == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        manifest = json.loads((folder / "manifest.json").read_bytes())
        for document, shown in zip(manifest["documents"], described["documents"], strict=True):
            sealed = (folder / shown["sealed_file"]).read_bytes()
            assert hashlib.sha256(sealed[: document["size"]]).hexdigest() == document["sha256"]

    def test_it_tells_who_signed_what_how_and_with_which_words(self, api: Guest, world: World) -> None:
        api.sign_all()
        world.run_jobs()
        archive = evidence_of(world)
        described = json.loads(archive.read("evidence.json"))
        [signer] = described["signers"]
        assert (signer["name"], signer["mobile"]) == ("Mme Julie Moreau", "+33612345678")
        assert (described["operator"], described["seal_level"]) == ("Sigillaire", "PAdES-B-LT")
        consents = json.loads(archive.read("consents.json"))
        assert [each["code"] for each in consents["document"] + consents["provider"]] == [
            "read",
            "accepts",
            "confirms",
            "terms",
            "privacy",
        ]
        journal = [json.loads(line)["entry"] for line in archive.read("journal.jsonl").splitlines()]
        assert [entry["happening"] for entry in journal] == [
            "ceremony.opened",
            *["page.viewed", "page.viewed", "document.accepted"] * 3,
            "code.sent",
            "ceremony.signed",
        ]
        assert "••••••" in journal[10]["facts"]["message"]
        assert journal[11]["facts"]["by"]["ip"] == "127.0.0.1"

    def test_no_code_is_in_it(self, api: Guest, world: World) -> None:
        api.sign_all()
        code = world.sent_code()
        world.run_jobs()
        archive = evidence_of(world)
        texts = [name for name in archive.namelist() if name.endswith((".json", ".jsonl", ".txt"))]
        assert all(f'"{code}"' not in archive.read(name).decode() for name in texts)
        assert f"signature {code}" not in archive.read("journal.jsonl").decode()


class TestBreaks:
    def test_a_document_that_is_not_the_one_accepted_is_never_sealed(self, api: Guest, world: World) -> None:
        api.sign_all()
        changed = world.documents[1]["document_id"]
        world.neighbours.files[changed].content += b"\n"
        world.run_jobs()
        assert api.ceremony()["state"] == "signed"
        [(state, error)] = job_states(world)
        assert state == "parked"
        assert error is not None
        assert "DocumentChanged" in error
        assert world.neighbours.uploads == 0

    @pytest.mark.parametrize("breaks", range(1, 8))
    def test_wherever_it_breaks_off_it_goes_on_and_stores_nothing_twice(
        self, api: Guest, world: World, breaks: int
    ) -> None:
        api.sign_all()
        # Three fetches and four uploads: the n-th call gets no answer.
        answers: list[Any] = [None] * (breaks - 1) + [httpx.ConnectError("away")]
        world.neighbours.outages = answers
        world.run_jobs()
        assert api.ceremony()["state"] == "signed"
        world.wait(minutes=1)
        world.run_jobs()
        assert api.ceremony()["state"] == "sealed"
        assert len(world.events("signature.envelope.sealed.v1")) == 1
        kinds = sorted(stored.fields["kind"] for stored in world.neighbours.files.values() if stored.fields)
        assert kinds == ["evidence", "signed.advice", "signed.bia", "signed.mandate"]

    @pytest.mark.parametrize("breaks", range(4, 8))
    def test_a_file_stored_whose_answer_was_lost_is_not_sealed_anew(
        self, api: Guest, world: World, breaks: int
    ) -> None:
        api.sign_all()
        world.neighbours.outages = [None] * (breaks - 1) + [httpx.ReadTimeout("no answer")]
        world.neighbours.outage_after_work = True
        world.run_jobs()
        world.wait(minutes=1)
        world.run_jobs()
        assert api.ceremony()["state"] == "sealed"
        kinds = sorted(stored.fields["kind"] for stored in world.neighbours.files.values() if stored.fields)
        assert kinds == ["evidence", "signed.advice", "signed.bia", "signed.mandate"]
        [event] = world.events("signature.envelope.sealed.v1")
        for each in event["data"]["documents"]:
            stored = world.neighbours.files[each["sealed_document_id"]]
            assert hashlib.sha256(stored.content).hexdigest() == each["sha256"]

    def test_a_neighbour_that_will_always_refuse_parks_the_job(self, api: Guest, world: World) -> None:
        api.sign_all()
        del world.neighbours.files[world.documents[0]["document_id"]]
        world.run_jobs()
        assert [state for state, _ in job_states(world)] == ["parked"]

    def test_sealing_a_sealed_envelope_again_changes_nothing(self, api: Guest, world: World) -> None:
        api.sign_all()
        world.run_jobs()
        with world.services.units.for_tenant("rives")() as work:
            work.schedule("seal_envelope", {"ceremony_id": api.ceremony_id()})
            work.commit()
        world.run_jobs()
        assert job_states(world) == []
        assert len(world.events("signature.envelope.sealed.v1")) == 1
        assert world.neighbours.uploads == 4

    def test_a_journal_that_does_not_prove_the_signature_seals_nothing(self, api: Guest, world: World) -> None:
        from sqlalchemy import text

        api.sign_all()
        with world.services.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER journal_no_delete"))
            connection.execute(text("DELETE FROM journal WHERE happening = 'document.accepted'"))
        world.run_jobs()
        [(state, error)] = job_states(world)
        assert state == "parked"
        assert error is not None
        assert "NotProven" in error


class TestTimestamps:
    def test_with_an_authority_files_and_evidence_are_b_t(self, tmp_path: Path, authority: TimestampAuthority) -> None:
        world = self._world(tmp_path, authority, authority.client())
        guest = world.guest(world.ready_to_sign())
        guest.sign_all()
        world.run_jobs()
        [event] = world.events("signature.envelope.sealed.v1")
        assert event["data"]["level"] == "PAdES-B-T"
        held = world.sealer._credentials
        inspector = Inspector(Anchors(held.root, (), (held.leaf,), (authority.root,)))
        for each in event["data"]["documents"]:
            inspector.inspect_alone(world.neighbours.files[each["sealed_document_id"]].content, level=Level.B_T)
        world.close()

    def test_no_answer_from_the_authority_keeps_the_envelope_signed_and_tries_again(
        self, tmp_path: Path, authority: TimestampAuthority
    ) -> None:
        away = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(503)))
        world = self._world(tmp_path, authority, away)
        guest = world.guest(world.ready_to_sign())
        guest.sign_all()
        world.run_jobs()
        assert guest.ceremony()["state"] == "signed"
        [(state, error)] = job_states(world)
        assert state == "waiting"
        assert error is not None
        assert "TimestampMissing" in error
        world.sealer.sealing = self._sealer(world, authority, authority.client())
        world.wait(minutes=1)
        world.run_jobs()
        assert guest.ceremony()["state"] == "sealed"
        world.close()

    def _world(self, folder: Path, authority: TimestampAuthority, http: httpx.Client) -> World:
        world = World.make(folder)
        world.sealer.sealing = self._sealer(world, authority, http)
        return world

    @staticmethod
    def _sealer(world: World, authority: TimestampAuthority, http: httpx.Client) -> PadesSealer:
        timestamper = HttpTimeStamper("https://tsa.example/", http)
        return PadesSealer(
            world.sealer._credentials, operator="Sigillaire", timestamper=timestamper, tsa_roots=(authority.root,)
        )


def test_the_web_process_does_not_read_in_the_sealing_library() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, signature.app, signature.bootstrap, signature.worker; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert "signature.app" in told.stdout
    assert not {"pyhanko", "asn1crypto"} & set(told.stdout.split())
