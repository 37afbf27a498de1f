"""Claims' web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from claims.api.claims import claims
from claims.api.contracts import contracts
from claims.api.decisions import decisions
from claims.api.errors import ERRORS
from claims.api.settlements import settlements
from plumbing.http import create_api_app


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="claims",
        title="Remboursements de santé",
        blueprints=[claims, decisions, contracts, settlements],
        errors=ERRORS,
        services=services,
    )
