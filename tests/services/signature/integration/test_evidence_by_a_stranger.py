"""The evidence in a stranger's hands: nothing but Python, OpenSSL and the zip."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signature.domain.canonical import canonical_json
from tests.services.signature.pki import Authority
from tests.services.signature.world import World
from tests.support.programs import find_program


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of one whole ceremony."""
    folder = tmp_path_factory.mktemp("evidence")
    world = World.make(folder)
    world.guest(world.ready_to_sign()).sign_all()
    world.run_jobs()
    [stored] = world.neighbours.of_kind("evidence")
    world.close()
    (folder / "preuve.zip").write_bytes(stored.content)
    return folder / "preuve.zip"


@pytest.fixture
def folder(evidence: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(evidence) as archive:
        archive.extractall(tmp_path / "preuve")
    return tmp_path / "preuve"


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the zip's own script as on a machine that holds none of ours."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    told = subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", *arguments],
        cwd=folder,
        env={"PATH": str(Path(openssl).parent), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr == ""
    return told.returncode, told.stdout


def root_print(folder: Path) -> str:
    pem = (folder / "root.pem").read_text()
    told = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256"], input=pem, capture_output=True, text=True, check=True
    )
    return told.stdout.strip().partition("=")[2]


def test_untouched_it_is_good_with_the_script_and_with_the_one_line(folder: Path) -> None:
    assert verify(folder) == (0, verify(folder, root_print(folder))[1])
    code, told = verify(folder)
    assert (code, told.splitlines()[-1]) == (0, "Tout est bon.")
    assert "DÉFAUT" not in told
    [command] = [line for line in (folder / "LISEZMOI.txt").read_text().splitlines() if "openssl cms" in line]
    assert subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 0


def test_it_holds_all_that_a_judge_asks_for(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "LISEZMOI.txt",
        "verifier.py",
        "processus.txt",
        "evidence.json",
        "evidence.json.p7s",
        "manifest.json",
        "journal.jsonl",
        "consents.json",
        "root.pem",
        "certificates.pem",
        "crls.pem",
        "documents",
        "attestations",
    }
    assert len((folder / "verifier.py").read_text().splitlines()) <= 100
    described = json.loads((folder / "evidence.json").read_bytes())
    assert described["process"] in (folder / "processus.txt").read_text()
    assert "Sigillaire opère le service" in (folder / "processus.txt").read_text()


def test_each_signer_has_an_attestation_in_french_that_a_screen_reader_can_read(folder: Path) -> None:
    [paper] = (folder / "attestations").iterdir()
    content = paper.read_bytes()
    reader = PdfFileReader(BytesIO(content))
    assert reader.root["/Lang"] == "fr-FR"
    assert reader.root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part>1<" in content
    assert b"pdfaid:part>3<" in content
    pdftotext = find_program("pdftotext", places=["usr/bin"], package="poppler-utils")
    told = subprocess.run([pdftotext, "-layout", str(paper), "-"], capture_output=True, text=True, check=True).stdout
    reference = json.loads((folder / "evidence.json").read_bytes())["reference"]
    for words in ("Mme Julie Moreau", "06 •• •• •• 78", reference, "Mandat de prélèvement SEPA", "Code exact"):
        assert words in told
    assert "+33612345678" not in told


def flip(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))


MEMBERS = (
    "LISEZMOI.txt",
    "processus.txt",
    "evidence.json",
    "evidence.json.p7s",
    "manifest.json",
    "journal.jsonl",
    "consents.json",
    "root.pem",
    "certificates.pem",
    "crls.pem",
    "attestations/01-signataire.pdf",
    "documents/01-advice.pdf",
    "documents/02-bia.pdf",
    "documents/03-mandate.pdf",
)


@pytest.mark.parametrize("name", MEMBERS)
def test_one_bit_changed_anywhere_is_told(folder: Path, name: str) -> None:
    flip(folder, name)
    code, told = verify(folder)
    assert code == 1, told
    assert "DÉFAUT" in told


@pytest.mark.parametrize("name", ["journal.jsonl", "evidence.json.p7s", "documents/02-bia.pdf"])
def test_a_file_taken_away_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert verify(folder)[0] == 1


def test_a_file_put_in_is_told(folder: Path) -> None:
    (folder / "documents" / "04-avenant.pdf").write_bytes(b"%PDF-1.7")
    code, told = verify(folder)
    assert (code, "04-avenant.pdf" in told) == (1, True)


def rewritten(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change the journal's second line and mend every hash that can be mended without the key."""
    head, lines = "0" * 64, []
    for number, line in enumerate((folder / "journal.jsonl").read_bytes().splitlines()):
        entry = json.loads(line)["entry"]
        if number == 1:
            change(entry)
        following = hashlib.sha256(head.encode() + canonical_json(entry)).hexdigest()
        lines.append(canonical_json({"entry": entry, "previous": head, "hash": following}))
        head = following
    (folder / "journal.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    described = json.loads((folder / "evidence.json").read_bytes())
    described["journal_head"] = head
    described["files"]["journal.jsonl"] = hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest()
    (folder / "evidence.json").write_bytes(canonical_json(described))


def test_a_journal_written_anew_is_told_by_the_signature(folder: Path) -> None:
    rewritten(folder, lambda entry: entry.update(at="2026-01-01T00:00:00.000000Z"))
    code, told = verify(folder)
    assert (code, "DÉFAUT   signature du dossier" in told) == (1, True)


def test_all_of_it_signed_anew_by_somebody_else_is_told_by_the_root(folder: Path) -> None:
    published = root_print(folder)
    stranger = Authority.make("Mutuelle des Rives")
    sealer = stranger.sealer()
    described = json.loads((folder / "evidence.json").read_bytes())
    for document in described["documents"]:
        path = folder / document["sealed_file"]
        resealed = sealer.seal_pdf(path.read_bytes()[: document["size"]], reason="")
        path.write_bytes(resealed)
        described["files"][document["sealed_file"]] = hashlib.sha256(resealed).hexdigest()
    for name, content in (("root.pem", sealer.root), ("certificates.pem", sealer.certificates)):
        (folder / name).write_bytes(content)
        described["files"][name] = hashlib.sha256(content).hexdigest()
    (folder / "evidence.json").write_bytes(canonical_json(described))
    (folder / "evidence.json.p7s").write_bytes(sealer.sign_detached(canonical_json(described)))
    assert verify(folder)[0] == 0
    assert published.replace(":", "").lower() not in verify(folder)[1]
    code, told = verify(folder, published)
    assert (code, "DÉFAUT   certificat racine" in told) == (1, True)


def test_the_zip_is_small_and_opens(evidence: Path) -> None:
    with zipfile.ZipFile(BytesIO(evidence.read_bytes())) as archive:
        assert archive.testzip() is None
