"""Fetches attachments from the documents service, with this service's own token."""

from __future__ import annotations

from plumbing.http.clients import ServiceClient


class StoredDocuments:
    """The `Documents` of the house. ServiceError says whether trying again can help."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def fetch(self, document_id: str, *, tenant: str) -> tuple[str, bytes]:
        """Return media type and bytes of a document this service may read."""
        with self._client.download(f"documents/{document_id}/content", tenant=tenant) as content:
            media_type = content.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
            return media_type, content.read()
