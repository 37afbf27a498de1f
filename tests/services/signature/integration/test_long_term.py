"""Level B-LT: chain, timestamp and the proof that nothing is revoked, all in the one sealed revision."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signature.adapters.revocation import RevocationLists
from signature.adapters.sealer.pades import PadesSealer
from signature.domain.sealing import Level
from signature.domain.verification import Defect, SealDefect
from signature.usecases.ports import RevocationUnknown
from tests.services.signature import papers
from tests.services.signature.pki import OPERATOR, Authority
from tests.services.signature.world import World


@pytest.fixture(scope="module")
def own() -> Authority:
    return Authority.make()


@pytest.fixture(scope="module")
def sealed(own: Authority) -> bytes:
    return own.sealer().seal_pdf(papers.pdf(), reason="")


def test_the_proof_is_in_the_sealed_revision(own: Authority, sealed: bytes) -> None:
    own.inspector().inspect(sealed, original=papers.pdf(), level=Level.B_LT)
    reader = PdfFileReader(BytesIO(sealed))
    assert len(DocumentSecurityStore.read_dss(reader).crls) == 1
    assert reader.xrefs.total_revisions == 2


@pytest.mark.parametrize("lists", ["none", "lapsed", "of another"])
def test_no_list_that_holds_means_try_again_and_never_a_lower_level(own: Authority, lists: str) -> None:
    given = {"none": (), "lapsed": (own.list(lapsed=True),), "of another": (Authority.make("Autre").list(),)}[lists]
    sealer = PadesSealer(
        own.seal, operator=OPERATOR, timestamper=own.stamper(), tsa_roots=(own.root,), crls=lambda: given
    )
    assert sealer.level is Level.B_LT
    with pytest.raises(RevocationUnknown):
        sealer.seal_pdf(papers.pdf(), reason="")


@pytest.mark.parametrize("part", ["seal", "tsa"])
def test_a_revoked_certificate_seals_nothing(own: Authority, part: str) -> None:
    revoked = getattr(own, part).leaf
    with pytest.raises(RevocationUnknown):
        own.sealer(own.list(revoked=[revoked], since=timedelta(hours=1))).seal_pdf(papers.pdf(), reason="")


def test_a_file_without_the_proof_is_not_let_out(own: Authority) -> None:
    lower = PadesSealer(own.seal, operator=OPERATOR, timestamper=own.stamper(), tsa_roots=(own.root,))
    assert lower.level is Level.B_T
    with pytest.raises(SealDefect, match=Defect.NO_REVOCATION_PROOF):
        own.inspector().inspect_alone(lower.seal_pdf(papers.pdf(), reason=""), level=Level.B_LT)


def test_a_revocation_told_later_counts_from_its_date_on(own: Authority, sealed: bytes) -> None:
    before, after = timedelta(hours=1), timedelta(hours=-1)
    own.inspector(own.list(revoked=[own.seal.leaf], since=after)).inspect_alone(sealed, level=Level.B_LT)
    with pytest.raises(SealDefect, match=Defect.REVOKED):
        own.inspector(own.list(revoked=[own.seal.leaf], since=before)).inspect_alone(sealed, level=Level.B_LT)
    with pytest.raises(SealDefect, match=Defect.REVOKED):
        own.inspector(own.list(revoked=[own.seal.leaf], since=before, lapsed=True)).inspect_alone(
            sealed, level=Level.B_LT
        )


def test_a_list_that_our_authority_did_not_sign_revokes_nothing(own: Authority, sealed: bytes) -> None:
    impostor = Authority.make()
    assert impostor.root.subject == own.root.subject
    forged = impostor.list(revoked=[own.seal.leaf], since=timedelta(hours=1))
    own.inspector(forged).inspect_alone(sealed, level=Level.B_LT)


def test_openssl_checks_the_demonstration_s_timestamp(own: Authority, tmp_path: Path) -> None:
    token = asyncio.run(own.stamper().async_timestamp(hashlib.sha256(b"stamped").digest(), "sha256"))
    for name, content in (
        ("token.der", token.dump()),
        ("stamped", b"stamped"),
        ("root.pem", own.root.public_bytes(Encoding.PEM)),
        ("tsa.pem", own.tsa.leaf.public_bytes(Encoding.PEM)),
    ):
        (tmp_path / name).write_bytes(content)
    files = ["-data", "stamped", "-in", "token.der", "-token_in", "-CAfile", "root.pem", "-untrusted", "tsa.pem"]
    told = subprocess.run(["openssl", "ts", "-verify", *files], cwd=tmp_path, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr


class TestFetchedLists:
    URL = "http://listes.example/racine.crl"

    def lists(self, world: World, handed: bytes | None = None) -> RevocationLists:
        given = () if handed is None else (handed,)
        return RevocationLists(world.services.engine, handed=given, urls=(self.URL,), clock=world.clock)

    def test_they_are_kept_and_fetched_again_after_an_hour(self, world: World, own: Authority) -> None:
        asked = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            return httpx.Response(200, content=own.list())

        with httpx.Client(transport=httpx.MockTransport(answer)) as http:
            lists = self.lists(world)
            assert lists.known() == ()
            lists.refresh(http)
            world.wait(minutes=59, seconds=59)
            lists.refresh(http)
            assert asked == [self.URL]
            assert len(self.lists(world).known()) == 1
            world.wait(seconds=1)
            lists.refresh(http)
            assert asked == [self.URL] * 2

    @pytest.mark.parametrize(
        "answer", [httpx.Response(503), httpx.Response(200, content=b"<html>"), httpx.Response(200, content=b"")]
    )
    def test_what_cannot_be_fetched_stays_as_it_was(self, world: World, own: Authority, answer: httpx.Response) -> None:
        answers = [httpx.Response(200, content=own.list()), answer]
        with httpx.Client(transport=httpx.MockTransport(lambda _: answers.pop(0))) as http:
            lists = self.lists(world)
            lists.refresh(http)
            kept = lists.known()
            world.wait(hours=2)
            lists.refresh(http)
            assert lists.known() == kept
