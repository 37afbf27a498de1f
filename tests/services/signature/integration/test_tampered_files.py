"""More than 200 tampered files, not one of them authentic; and every untouched one is."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from signature.adapters.sealer.inspection import Inspector
from signature.api.verifications import inspected
from signature.domain.sealing import Level
from signature.domain.verification import Verdict
from tests.services.signature import papers, tampering
from tests.services.signature.factories import record
from tests.services.signature.pki import Authority
from tests.support.programs import find_program


class Register:
    """The answer of the route, without its HTTP: what is released is in `prints`."""

    def __init__(self, inspector: Inspector, *released: bytes) -> None:
        self._inspector = inspector
        self._prints = {hashlib.sha256(content).hexdigest() for content in released}

    def verdict(self, content: bytes) -> Verdict:
        print_ = hashlib.sha256(content).hexdigest()
        found = record(print_) if print_ in self._prints else None
        return inspected(content, found, self._inspector, Level.B_LT).verdict


@pytest.fixture(scope="module")
def own() -> Authority:
    return Authority.make()


@pytest.fixture(scope="module")
def untouched(own: Authority) -> list[bytes]:
    sealer = own.sealer()
    titles = ["Bulletin individuel d’adhésion", *(f"Document {number}" for number in range(9))]
    return [sealer.seal_pdf(papers.pdf(title), reason="", footer=papers.FOOTER) for title in titles]


@pytest.fixture(scope="module")
def tampered(own: Authority, untouched: list[bytes]) -> list[tampering.Tampered]:
    return list(tampering.corpus(untouched[0], own))


def test_no_tampered_file_is_authentic(
    own: Authority, untouched: list[bytes], tampered: list[tampering.Tampered]
) -> None:
    """Each is in the register too: of a stolen database alone no file becomes authentic, the inspection says no."""
    # Good seals of ours over documents that were never released are what the register is for.
    released = [content for name, content in tampered if not name.startswith("another document")]
    register = Register(own.inspector(), *untouched, *released)
    assert len({content for _, content in tampered} - set(untouched)) >= 200
    assert [name for name, content in tampered if register.verdict(content) is Verdict.AUTHENTIC] == []


def test_every_untouched_file_is_authentic(own: Authority, untouched: list[bytes]) -> None:
    register = Register(own.inspector(), *untouched)
    assert [register.verdict(content) for content in untouched] == [Verdict.AUTHENTIC] * len(untouched)


def test_none_is_once_its_certificate_was_revoked_before_the_sealing(own: Authority, untouched: list[bytes]) -> None:
    register = Register(own.inspector(tampering.revoked_before(own)), *untouched)
    assert {register.verdict(content) for content in untouched} == {Verdict.MODIFIED}


def test_poppler_and_openssl_agree_on_the_untouched(untouched: list[bytes], own: Authority, tmp_path: Path) -> None:
    pdfsig = find_program("pdfsig", places=["usr/bin"], package="poppler-utils")
    root = tmp_path / "root.pem"
    root.write_bytes(own.seal.chain_pem)
    for content in untouched:
        (tmp_path / "sealed.pdf").write_bytes(content)
        told = subprocess.run(
            [pdfsig, "-nocert", "sealed.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        assert ("Signature is Valid." in told, "Total document signed" in told) == (True, True)
        signed, signature = tampering.parts(content)
        (tmp_path / "signed").write_bytes(signed)
        (tmp_path / "signature").write_bytes(signature)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "signed"]
        rest = ["-CAfile", "root.pem", "-purpose", "any", "-cades", "-out", "/dev/null"]
        assert subprocess.run([*command, *rest], cwd=tmp_path, capture_output=True, check=False).returncode == 0
