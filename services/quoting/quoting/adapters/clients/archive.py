"""Documents, as quoting needs it: keep a PDF, once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from plumbing.errors import Permanent
from plumbing.http.clients import ServiceClient, ServiceError


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A PDF as kept."""

    document_id: str
    sha256: str
    size: int
    pages: int


class ArchiveClient:
    """Stores papers at documents, each once.

    `key` says which paper it is; the hash of its bytes joins it. A retry with the same bytes is handed the first try's
    document. A retry that says something else (another day, a broker who moved) is another request: under the first
    one's key documents would refuse it, and what waits for the paper would never go on. The caller records one of them,
    in the transaction that uses it; the other is never named to anybody.
    """

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def store(
        self,
        pdf: bytes,
        *,
        tenant: str,
        kind: str,
        subject: str,
        title: str,
        filename: str,
        readers: Sequence[str],
        key: str,
    ) -> StoredPaper:
        """Store a PDF; Permanent when documents refuses it for good, ServiceError when trying again may help."""
        try:
            answer = self._client.upload(
                "documents",
                fields={
                    "kind": kind,
                    "subject": subject,
                    "title": title,
                    "readers": orjson.dumps(list(readers)).decode(),
                },
                file=pdf,
                filename=filename,
                media_type="application/pdf",
                tenant=tenant,
                idempotency_key=f"{key}:{hashlib.sha256(pdf).hexdigest()[:32]}",
            )
        except ServiceError as failure:
            if failure.permanent:
                raise Permanent(f"documents refused {kind}: {failure.code}") from failure
            raise
        return StoredPaper(answer["id"], answer["sha256"], int(answer["size"]), int(answer["pages"] or 1))
