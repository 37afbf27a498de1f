"""Seals over real PDFs, looked at by pyHanko, OpenSSL and poppler."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signature.adapters.sealer import demo_pki
from signature.adapters.sealer.credentials import Credentials, UnusableCredentials
from signature.adapters.sealer.inspection import Anchors, Inspector
from signature.adapters.sealer.pades import PadesSealer
from signature.adapters.sealer.timestamps import HttpTimeStamper
from signature.config import is_demonstration
from signature.domain.sealing import Level
from signature.domain.verification import Defect, SealDefect
from signature.usecases.ports import SealRefused, TimestampMissing
from tests.services.signature import papers
from tests.services.signature.authorities import TimestampAuthority
from tests.support.programs import find_program

OPERATOR = "Sigillaire"


def credentials(folder: Path) -> Credentials:
    demo_pki.make(folder, operator=OPERATOR)
    return Credentials.from_pem((folder / demo_pki.KEY_FILE).read_bytes(), (folder / demo_pki.CHAIN_FILE).read_bytes())


def anchors(held: Credentials, *tsa_roots: x509.Certificate) -> Anchors:
    return Anchors(held.root, held.chain[1:-1], (held.leaf,), tsa_roots)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return credentials(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def sealer(held: Credentials) -> PadesSealer:
    return PadesSealer(held, operator=OPERATOR)


@pytest.fixture(scope="module")
def sealed(sealer: PadesSealer) -> bytes:
    return sealer.seal_pdf(papers.pdf(), reason="Signé par code SMS, référence 7K2M9QXA", footer=papers.FOOTER)


@pytest.fixture(scope="module")
def inspector(held: Credentials) -> Inspector:
    return Inspector(anchors(held))


def test_a_sealed_file_is_the_one_that_was_read_with_one_seal_over_it(sealed: bytes, inspector: Inspector) -> None:
    assert sealed.startswith(papers.pdf())
    inspector.inspect(sealed, original=papers.pdf(), level=Level.B_B)


def test_without_an_authority_the_level_says_so(sealer: PadesSealer) -> None:
    assert sealer.level is Level.B_B


def test_poppler_agrees(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    pdfsig = find_program("pdfsig", places=["usr/bin"], package="poppler-utils")
    told = subprocess.run([pdfsig, "-nocert", "sealed.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Signature is Valid." in told.stdout
    assert "Total document signed" in told.stdout
    assert "ETSI.CAdES.detached" in told.stdout
    assert told.stdout.count("Signature #") == 1


def _flip(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def _written_over(content: bytes) -> bytes:
    """Return the file with an annotation added in an incremental update, as a PDF editor would."""
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda content: _flip(content, 1_000),
        lambda content: _flip(content, len(papers.pdf()) // 2),
        lambda content: _flip(content, content.rindex(b"/ByteRange") + 14),
        lambda content: content + b"\n% added\n",
        lambda content: content[:-40],
        _written_over,
        lambda _content: papers.pdf(),
        lambda _content: b"%PDF-1.7 nothing",
        lambda _content: b"",
    ],
)
def test_a_tampered_file_is_not_let_out(sealed: bytes, inspector: Inspector, tamper: Callable[[bytes], bytes]) -> None:
    with pytest.raises(SealDefect):
        inspector.inspect_alone(tamper(sealed), level=Level.B_B)


def test_a_file_sealed_under_another_root_is_not_ours(sealed: bytes, tmp_path: Path) -> None:
    other = credentials(tmp_path)
    with pytest.raises(SealDefect):
        Inspector(anchors(other)).inspect_alone(sealed, level=Level.B_B)


def test_another_document_under_a_good_seal_is_refused(sealer: PadesSealer, inspector: Inspector) -> None:
    swapped = sealer.seal_pdf(papers.pdf("Autre document"), reason="")
    with pytest.raises(SealDefect, match=Defect.NOT_THE_ORIGINAL):
        inspector.inspect(swapped, original=papers.pdf(), level=Level.B_B)


@pytest.mark.parametrize("content", [b"", b"not a PDF", papers.pdf()[:2000]])
def test_what_is_no_pdf_is_refused(sealer: PadesSealer, content: bytes) -> None:
    with pytest.raises(SealRefused):
        sealer.seal_pdf(content, reason="")


def test_a_file_certified_before_is_refused(sealer: PadesSealer, sealed: bytes) -> None:
    with pytest.raises(SealRefused):
        sealer.seal_pdf(sealed, reason="")


def test_openssl_checks_the_detached_signature(held: Credentials, sealer: PadesSealer, tmp_path: Path) -> None:
    content = '{"référence":"7K2M9QXA"}'.encode()
    (tmp_path / "evidence.json").write_bytes(content)
    (tmp_path / "evidence.json.p7s").write_bytes(sealer.sign_detached(content))
    (tmp_path / "certificates.pem").write_bytes(held.chain_pem)
    files = ["-in", "evidence.json.p7s", "-content", "evidence.json", "-CAfile", "certificates.pem"]
    rest = ["-purpose", "any", "-cades", "-out", "/dev/null"]
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", *files, *rest]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "evidence.json").write_bytes(content + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


class TestTimestamps:
    def test_with_an_authority_the_seal_is_b_t(self, held: Credentials, authority: TimestampAuthority) -> None:
        timestamper = HttpTimeStamper("https://tsa.example/", authority.client())
        sealer = PadesSealer(held, operator=OPERATOR, timestamper=timestamper, tsa_roots=(authority.root,))
        assert sealer.level is Level.B_T
        sealed = sealer.seal_pdf(papers.pdf(), reason="")
        Inspector(anchors(held, authority.root)).inspect_alone(sealed, level=Level.B_T)

    def test_a_file_without_its_timestamp_is_not_let_out(
        self, held: Credentials, authority: TimestampAuthority, sealed: bytes
    ) -> None:
        with pytest.raises(SealDefect, match=Defect.NO_TIMESTAMP):
            Inspector(anchors(held, authority.root)).inspect_alone(sealed, level=Level.B_T)

    def test_a_timestamp_of_another_authority_is_not_let_out(
        self, held: Credentials, authority: TimestampAuthority
    ) -> None:
        stranger = TimestampAuthority.make()
        timestamper = HttpTimeStamper("https://tsa.example/", stranger.client())
        sealer = PadesSealer(held, operator=OPERATOR, timestamper=timestamper, tsa_roots=(authority.root,))
        with pytest.raises(SealDefect):
            sealer.seal_pdf(papers.pdf(), reason="")

    @pytest.mark.parametrize(
        "answer",
        [
            lambda request: httpx.Response(503),
            lambda request: httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}),
            lambda request: httpx.Response(
                200, content=b"\x30\x03junk", headers={"Content-Type": "application/timestamp-reply"}
            ),
        ],
    )
    def test_no_token_means_try_again_and_never_a_lower_level(
        self, held: Credentials, authority: TimestampAuthority, answer: Callable[[httpx.Request], httpx.Response]
    ) -> None:
        client = httpx.Client(transport=httpx.MockTransport(answer))
        sealer = PadesSealer(
            held,
            operator=OPERATOR,
            timestamper=HttpTimeStamper("https://tsa.example/", client),
            tsa_roots=(authority.root,),
        )
        with pytest.raises(TimestampMissing):
            sealer.seal_pdf(papers.pdf(), reason="")
        with pytest.raises(TimestampMissing):
            sealer.sign_detached(b"{}")


class TestCredentials:
    def test_the_demonstration_authority_is_labelled_and_made_once(self, tmp_path: Path) -> None:
        first = credentials(tmp_path)
        assert is_demonstration(first.chain)
        assert "DEMONSTRATION" in first.leaf.subject.rfc4514_string()
        assert credentials(tmp_path).leaf == first.leaf
        assert ((tmp_path / demo_pki.KEY_FILE).stat().st_mode & 0o777) == 0o600

    def test_key_and_chain_must_go_together(self, tmp_path: Path) -> None:
        one, two = credentials(tmp_path / "one"), credentials(tmp_path / "two")
        key = (tmp_path / "one" / demo_pki.KEY_FILE).read_bytes()
        with pytest.raises(UnusableCredentials):
            Credentials.from_pem(key, two.chain_pem)
        with pytest.raises(UnusableCredentials):
            Credentials.from_pem(key, one.chain_pem[: one.chain_pem.index(b"-----END") + 27])
        with pytest.raises(UnusableCredentials):
            Credentials.from_pem(b"nothing", one.chain_pem)

    def test_the_key_does_not_show_in_a_representation(self, held: Credentials) -> None:
        assert "PrivateKey" not in repr(held)
