"""Vérifie un dossier de preuve sans nos logiciels : python3 verifier.py [empreinte du certificat racine].

À lancer dans le dossier décompressé ; demande Python 3.8 et OpenSSL. Code de retour : 0 si tout est bon, sinon 1.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EVIDENCE, SIGNATURE, ROOT = "evidence.json", "evidence.json.p7s", "root.pem"
OPENSSL = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-CAfile", ROOT]
OPENSSL += ["-purpose", "any", "-cades", "-out", "/dev/null"]
defects: "list[str]" = []


def check(good, text):
    print(("  bon      " if good else "  DÉFAUT   ") + text)
    if not good:
        defects.append(text)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def read(name):
    return (HERE / name).read_bytes() if (HERE / name).is_file() else b""


def is_signed(content, signature):
    """Ask OpenSSL whether a detached signature is good, up to the root of this folder and no other."""
    command = [*OPENSSL, "-in", signature, "-content", content]
    return subprocess.run(command, cwd=HERE, capture_output=True, check=False).returncode == 0


def root():
    """Return the print of the one root certificate."""
    found = re.findall(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", read(ROOT), re.DOTALL)
    return sha256(base64.b64decode(found[0])) if len(found) == 1 else ""


def check_files(evidence):
    for name, expected in sorted(evidence["files"].items()):
        check(sha256(read(name)) == expected, "empreinte de " + name)
    present = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    foreign = sorted(present - {*evidence["files"], EVIDENCE, SIGNATURE})
    check(not foreign, "aucun fichier étranger " + " ".join(foreign))


def check_journal(evidence):
    head = "0" * 64
    lines = read("journal.jsonl").splitlines()
    for number, line in enumerate(lines, start=1):
        told = json.loads(line)
        text = json.dumps(told["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        follows = told["previous"] == head and told["entry"]["position"] == number
        head = sha256(head.encode() + text.encode())
        if not follows or told["hash"] != head:
            check(False, f"journal, ligne {number}")
    check(head == evidence["journal_head"], f"journal : {len(lines)} lignes qui se suivent")


def check_documents(evidence):
    manifest = read("manifest.json")
    check(sha256(manifest) == evidence["manifest_sha256"], "manifeste lié au code du signataire")
    shown = {document["id"]: document for document in json.loads(manifest)["documents"]}
    check(list(shown) == [document["id"] for document in evidence["documents"]], "documents du manifeste")
    for document in evidence["documents"]:
        sealed, title = read(document["sealed_file"]), document["title"]
        size = shown.get(document["id"], {}).get("size", 0)
        check(sha256(sealed[:size]) == shown.get(document["id"], {}).get("sha256"), "document lu : " + title)
        ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", sealed[size:])
        start, end, rest, length = map(int, ranges[0]) if len(ranges) == 1 else (1, 0, 0, 0)
        check(start == 0 and end > size and rest + length == len(sealed), "un seul cachet, sur tout : " + title)
        digits = sealed[end + 1 : rest - 1].decode("latin-1")
        (HERE / ".content").write_bytes(sealed[:end] + sealed[rest:])
        (HERE / ".seal").write_bytes(bytes.fromhex(digits))
        check(is_signed(".content", ".seal"), "cachet de : " + title)
        (HERE / ".content").unlink()
        (HERE / ".seal").unlink()


if __name__ == "__main__":
    try:
        check(is_signed(EVIDENCE, SIGNATURE), "signature du dossier")
        print("Empreinte SHA-256 du certificat racine, à comparer avec celle que publie la mutuelle :\n  " + root())
        check(root() == (sys.argv[1].replace(":", "").lower() if sys.argv[1:] else root() or "?"), "certificat racine")
        for part in (check_files, check_journal, check_documents):
            part(json.loads(read(EVIDENCE)))
    except (ValueError, KeyError, TypeError, IndexError, OSError) as failure:
        check(False, f"dossier illisible ({type(failure).__name__})")
    print(f"{len(defects)} défaut(s)." if defects else "Tout est bon.")
    sys.exit(1 if defects else 0)
