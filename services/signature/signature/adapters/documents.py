"""The documents service as the sealing needs it: fetch the bytes that were read, store the sealed ones."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from plumbing.http.clients import ServiceClient


class DocumentsClient:
    """Speaks for one tenant, with this service's own token. ServiceError says whether trying again can help."""

    def __init__(self, client: ServiceClient, tenant: str) -> None:
        self._client = client
        self._tenant = tenant

    def fetch(self, document_id: str) -> bytes:
        """Return a document's whole content."""
        with self._client.download(f"documents/{document_id}/content", tenant=self._tenant) as content:
            return content.read()

    def store(
        self,
        *,
        key: str,
        content: bytes,
        filename: str,
        media_type: str,
        kind: str,
        subject: str,
        title: str,
        readers: Sequence[str],
    ) -> str:
        """Store a file and return its id; again with the same key and bytes returns the same id."""
        answer = self._client.upload(
            "documents",
            fields={"kind": kind, "subject": subject, "title": title, "readers": orjson.dumps(list(readers)).decode()},
            file=content,
            filename=filename,
            media_type=media_type,
            tenant=self._tenant,
            idempotency_key=key,
        )
        return str(answer["id"])
