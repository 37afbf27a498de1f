"""The web application of documents: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from documents.api.documents import documents
from documents.api.errors import ERRORS
from documents.api.pages import pages
from documents.domain.limits import MAX_SERVICE_FILE_BYTES
from plumbing.http import create_api_app

# The largest file, the fields beside it and the form around both.
_LARGEST_BODY = MAX_SERVICE_FILE_BYTES + 64 * 1024


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="documents",
        title="Documents et pièces justificatives",
        blueprints=[documents, pages],
        errors=ERRORS,
        services=services,
        max_body=_LARGEST_BODY,
    )
