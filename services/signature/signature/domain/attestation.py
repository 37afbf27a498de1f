"""What is attested to one signer: who signed which documents, when and how, on one page or two he can show around.

The evidence tells everything of everybody and leaves only when two managers agree; this tells one person about himself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from signature.domain.canonical import Facts
from signature.domain.journal import Entry, Happening
from signature.domain.sealing import SealingOrder, SignedBy
from signature.domain.signer import masked

_PARIS: Final = ZoneInfo("Europe/Paris")
_STEPS: Final = {
    Happening.ACCEPTED: "Document lu et accepté",
    Happening.CODE_SENT: "Code envoyé par SMS",
    Happening.CODE_WRONG: "Code refusé",
    Happening.SIGNED: "Code exact\u00a0: signature donnée",
}


def attestation(order: SealingOrder, signer: SignedBy, *, operator: str, level: str) -> Facts:
    """Return what the paper says, formatted for a French reader."""
    titles = {document.document_id: document.title for document in order.documents}
    return {
        "date": signer.signed_at.astimezone(_PARIS).strftime("%Y-%m-%d"),
        "reference": order.reference,
        "operator": operator,
        "product": order.product_name,
        "quote": order.quote_number,
        "name": signer.identity.full_name,
        "mobile": masked(signer.identity.mobile),
        "email": signer.identity.email,
        "signed_at": _moment(signer.signed_at),
        "level": level,
        "documents": [
            {"title": each.title, "pages": str(each.pages or "–"), "sha256": each.sha256} for each in order.documents
        ],
        "consents": [each.text for each in (*order.document_statements, *order.provider_statements)],
        "steps": [[_moment(at), what] for at, what in _steps(order.journal, signer, titles)],
        "manifest_sha256": order.manifest_sha256,
        "journal_head": order.journal_head,
    }


def _steps(journal: tuple[Entry, ...], signer: SignedBy, titles: dict[str, str]) -> Iterator[tuple[datetime, str]]:
    for entry in journal:
        if entry.happening in _STEPS and entry.facts.get("signer") == signer.id:
            title = titles.get(str(entry.facts.get("document")))
            yield entry.at, _STEPS[entry.happening] + (f"\u00a0: {title}" if title else "")


def _moment(instant: datetime) -> str:
    return instant.astimezone(_PARIS).strftime("%d/%m/%Y à %H:%M:%S")
