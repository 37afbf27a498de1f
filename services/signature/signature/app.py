"""Signature's web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from plumbing.http import create_api_app
from signature.api.ceremonies import ceremonies
from signature.api.errors import ERRORS
from signature.api.verifications import verifications


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="signature",
        title="Signature électronique",
        blueprints=[ceremonies, verifications],
        errors=ERRORS,
        services=services,
    )
