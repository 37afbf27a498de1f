"""The evidence of a signature: what a judge needs to tie a code to a person and to the documents, without our software.

`evidence.json` describes the ceremony and lists every other file by its hash; one detached signature over it covers the
whole. What it must hold comes from the French practice of « dossier de preuve »: operator, signer, means of
authentication with the text of the message, documents with the consents given to each, all steps with their times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signature.domain import process
from signature.domain.canonical import Facts, Json, canonical_json, instant_text, sha256_hex
from signature.domain.consents import Statement
from signature.domain.journal import Entry
from signature.domain.sealing import Level, SealingOrder, SignedBy

EVIDENCE: Final = "evidence.json"
EVIDENCE_SIGNATURE: Final = "evidence.json.p7s"
MANIFEST: Final = "manifest.json"
JOURNAL: Final = "journal.jsonl"
CONSENTS: Final = "consents.json"
ROOT: Final = "root.pem"
CERTIFICATES: Final = "certificates.pem"
REVOCATION_LISTS: Final = "crls.pem"
PROCESS: Final = "processus.txt"
VERIFIER: Final = "verifier.py"
READ_ME: Final = "LISEZMOI.txt"

_OPENSSL: Final = (
    f"openssl cms -verify -binary -inform DER -in {EVIDENCE_SIGNATURE} -content {EVIDENCE} "
    f"-CAfile {ROOT} -purpose any -cades -out /dev/null"
)


@dataclass(frozen=True)
class Means:
    """What a stranger checks with: certificates and revocation lists in PEM, our verifier's source."""

    root: bytes
    certificates: bytes
    revocation_lists: bytes
    verifier: bytes


def members(
    order: SealingOrder,
    *,
    sealed: Mapping[str, bytes],
    attestations: Sequence[bytes],
    means: Means,
    operator: str,
    level: Level,
) -> dict[str, bytes]:
    """Return every file of the evidence but `evidence.json` and its signature; `sealed` holds the PDFs by document,
    `attestations` one a signer.
    """
    files = {
        MANIFEST: order.manifest.encode(),
        JOURNAL: b"".join(_journal_line(entry) + b"\n" for entry in order.journal),
        CONSENTS: canonical_json(
            {
                "document": [_statement(each) for each in order.document_statements],
                "provider": [_statement(each) for each in order.provider_statements],
            }
        ),
        PROCESS: process.description(operator=operator, level=level.value).encode(),
        ROOT: means.root,
        CERTIFICATES: means.certificates,
        VERIFIER: means.verifier,
        READ_ME: read_me(order).encode(),
    }
    if means.revocation_lists:
        files[REVOCATION_LISTS] = means.revocation_lists
    for rank, attestation in enumerate(attestations, start=1):
        files[f"attestations/{rank:02d}-signataire.pdf"] = attestation
    for document in order.documents:
        files[pdf_name(document.position, document.kind)] = sealed[document.document_id]
    return files


def describe(order: SealingOrder, *, operator: str, level: Level, files: Mapping[str, bytes]) -> bytes:
    """Write `evidence.json`: the text that is signed."""
    return canonical_json(
        {
            "version": 1,
            "ceremony": order.ceremony_id,
            "reference": order.reference,
            "operator": operator,
            "process": process.VERSION,
            "initiator": order.adviser.name,
            "subject": order.subject,
            "quote": order.quote_number,
            "product": order.product_name,
            "opened_at": instant_text(order.opened_at),
            "signed_at": instant_text(order.signed_at),
            "signers": [_signer(signer) for signer in order.signers],
            "authentication": "code à usage unique par SMS, lié au manifeste",
            "documents": _documents(order, files),
            "manifest_sha256": order.manifest_sha256,
            "journal_head": order.journal_head,
            "seal_level": level.value,
            "files": {name: sha256_hex(content) for name, content in files.items()},
        }
    )


def pdf_name(position: int, kind: str) -> str:
    """Return the name of a sealed PDF inside the evidence."""
    return f"documents/{position:02d}-{kind.replace('.', '-').replace('/', '-')}.pdf"


def read_me(order: SealingOrder) -> str:
    """Write the page that tells a stranger how to check the evidence by himself."""
    return (
        f"Dossier de preuve de la signature électronique, référence {order.reference}\n\n"
        "Ce dossier se vérifie sans nos logiciels.\n\n"
        "Tout d’un coup, dans le dossier décompressé (Python 3.8 ou plus, OpenSSL) :\n"
        f"   python3 {VERIFIER}\n"
        "   Comparez l’empreinte du certificat racine qu’il donne avec celle que publie la mutuelle.\n\n"
        "Ou pas à pas :\n\n"
        "1. La signature du dossier, avec OpenSSL :\n"
        f"   {_OPENSSL}\n\n"
        f"2. Les fichiers : {EVIDENCE} donne l’empreinte SHA-256 de chacun (commande sha256sum).\n\n"
        f"3. Le journal : dans {JOURNAL}, « hash » est le SHA-256 de « previous » suivi du texte JSON de « entry »\n"
        "   (clés triées, sans espace, UTF-8). La première ligne part de 64 zéros ; la dernière empreinte est\n"
        f"   « journal_head » dans {EVIDENCE}.\n\n"
        "4. Les documents : chaque PDF porte un cachet qu’un lecteur de PDF affiche ; son début est, octet pour\n"
        f"   octet, le document lu et accepté, dont l’empreinte est dans {MANIFEST}.\n\n"
        f"{PROCESS} décrit le procédé et ses acteurs, tels qu’ils étaient ce jour-là ; {CERTIFICATES} et\n"
        f"{REVOCATION_LISTS} sont les certificats et leurs listes de révocation.\n"
    )


def _journal_line(entry: Entry) -> bytes:
    return canonical_json({"entry": entry.content(), "previous": entry.previous, "hash": entry.hash})


def _statement(statement: Statement) -> Json:
    return {**statement.facts(), "text": statement.text, "language": "fr"}


def _signer(signer: SignedBy) -> Facts:
    return {
        "name": signer.identity.full_name,
        "email": signer.identity.email,
        "mobile": signer.identity.mobile,
        "signed_at": instant_text(signer.signed_at),
    }


def _documents(order: SealingOrder, files: Mapping[str, bytes]) -> Sequence[Json]:
    return [
        {
            "id": document.document_id,
            "kind": document.kind,
            "title": document.title,
            "pages": document.pages,
            "size": document.size,
            "sha256": document.sha256,
            "sealed_file": pdf_name(document.position, document.kind),
            "sealed_sha256": sha256_hex(files[pdf_name(document.position, document.kind)]),
        }
        for document in order.documents
    ]
