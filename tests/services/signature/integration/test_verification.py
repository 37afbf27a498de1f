"""What a stranger is told of a file: authentic, modified or unknown; and that no tampered file is ever authentic."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from plumbing.migrations import migrate
from signature.api.verifications import LARGEST
from signature.app import create_app
from signature.bootstrap import build
from signature.config import load
from signature.domain.verification import Defect, verify_file
from tests.services.signature import papers
from tests.services.signature.factories import record
from tests.services.signature.world import Guest, World, environment


@pytest.fixture
def sealed(api: Guest, world: World) -> bytes:
    """The membership form of a whole ceremony, as it was released."""
    api.sign_all()
    world.run_jobs()
    return world.neighbours.of_kind("signed.bia")[0].content


def check(world: World, content: bytes) -> Any:
    # Written by hand: Flask's client would keep a large file in a temporary one.
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="recu.pdf"\r\n\r\n'
    return world.client.post(
        "/v1/verifications", data=head + content + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
    )


class TestAnswers:
    @pytest.mark.feature("F-111")
    def test_a_released_file_is_authentic_by_its_print_alone_and_by_its_bytes(
        self, world: World, api: Guest, sealed: bytes
    ) -> None:
        by_print = world.client.get(f"/v1/verifications/{hashlib.sha256(sealed).hexdigest()}")
        by_file = check(world, sealed)
        assert (by_print.status_code, by_file.status_code) == (200, 200)
        assert by_print.json == by_file.json
        assert by_file.json["verdict"] == "authentic"
        assert by_file.json["document"]["reference"] == api.ceremony()["reference"]
        assert (by_file.json["document"]["title"], by_file.json["document"]["level"]) == (
            "Bulletin individuel d’adhésion",
            "PAdES-B-LT",
        )

    def test_every_file_of_the_envelope_is(self, world: World, sealed: bytes) -> None:
        for kind in ("signed.advice", "signed.bia", "signed.mandate"):
            assert check(world, world.neighbours.of_kind(kind)[0].content).json["verdict"] == "authentic"

    def test_nothing_personal_is_told(self, world: World, sealed: bytes) -> None:
        told = check(world, sealed).text
        for secret in ("Moreau", "Julie", "612345678", "julie.moreau", "subscription:", "Lemaire", "rives"):
            assert secret not in told

    def test_a_changed_file_is_modified_and_why_is_said(self, world: World, sealed: bytes) -> None:
        answer = check(world, sealed + b"\n% ajout").json
        assert (answer["verdict"], answer["document"]) == ("modified", None)
        assert answer["defects"] == ["added"]
        assert answer["reasons"] == ["Quelque chose a été ajouté après le cachet."]

    @pytest.mark.parametrize("content", [b"%PDF-1.7 rien", b"\x00" * 100, papers.pdf("Sans cachet")])
    def test_anything_else_is_unknown(self, world: World, sealed: bytes, content: bytes) -> None:
        answer = check(world, content).json
        assert (answer["verdict"], answer["defects"]) == ("unknown", ["not_ours"])
        print_ = hashlib.sha256(content).hexdigest()
        assert world.client.get(f"/v1/verifications/{print_}").json["verdict"] == "unknown"

    def test_a_good_seal_over_what_was_never_released_is_not_authentic(self, world: World) -> None:
        stray = world.sealer.sealing.seal_pdf(papers.pdf(), reason="")
        answer = check(world, stray).json
        assert (answer["verdict"], answer["defects"]) == ("modified", ["not_released"])

    def test_a_row_alone_makes_nothing_authentic(self, world: World, api: Guest, sealed: bytes) -> None:
        forged = sealed + b"\n"
        with world.services.units.for_tenant("rives")() as work:
            work.seal_records.add(record(hashlib.sha256(forged).hexdigest(), api.ceremony_id()))
            work.commit()
        assert check(world, forged).json["verdict"] == "modified"

    def test_before_anything_was_sealed_all_is_unknown(self, world: World) -> None:
        assert check(world, papers.pdf()).json["verdict"] == "unknown"

    def test_before_the_sealer_first_started_nothing_is_said_of_a_file(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "apart").mkdir()
        settings, _ = environment(tmp_path / "apart")
        services = build(load(settings), clock=world.clock)
        migrate(services.engine, "signature")
        world.client = create_app(services).test_client()
        answer = check(world, papers.pdf())
        assert (answer.status_code, answer.json["code"]) == (503, "verification.not_ready")
        assert answer.headers["Retry-After"]
        assert answer.mimetype == "application/problem+json"
        services.close()


class TestRefusals:
    def test_a_file_of_ten_mebibytes_is_looked_at_and_one_byte_more_is_not(self, world: World) -> None:
        assert check(world, b"a" * LARGEST).status_code == 200
        refused = check(world, b"a" * (LARGEST + 1))
        assert (refused.status_code, refused.json["code"]) == (413, "file.too_large")
        assert check(world, b"a" * (LARGEST * 2)).status_code == 413

    @pytest.mark.parametrize("sent", [{}, {"file": (BytesIO(b""), "vide.pdf")}, {"file": "texte"}])
    def test_without_a_file_it_says_so(self, world: World, sent: dict[str, Any]) -> None:
        answer = world.client.post("/v1/verifications", data=sent)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "file")

    @pytest.mark.parametrize("print_", ["0" * 63, "0" * 65, "g" * 64, "A" * 64])
    def test_what_is_no_print_is_refused(self, world: World, print_: str) -> None:
        assert world.client.get(f"/v1/verifications/{print_}").status_code == 422

    def test_it_is_limited(self, world: World) -> None:
        answers = [check(world, b"a").status_code for _ in range(21)]
        assert answers == [200] * 20 + [429]


def test_a_defect_of_a_file_that_is_not_ours_is_not_told() -> None:
    verification = verify_file(None, defects=(Defect.UNREADABLE,), bears_our_seal=False)
    assert verification.defects == (Defect.NOT_OURS,)
