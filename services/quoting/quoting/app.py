"""Quoting's web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from plumbing.http import create_api_app
from quoting.api.agenda import agenda
from quoting.api.assisted_sessions import assisted_sessions
from quoting.api.client_files import client_files
from quoting.api.errors import ERRORS
from quoting.api.files import files
from quoting.api.guest_sessions import guest_sessions
from quoting.api.portfolio import portfolio
from quoting.api.prices import prices
from quoting.api.products import products
from quoting.api.quote_versions import quote_versions
from quoting.api.quotes import quotes
from quoting.api.subscriptions import subscriptions
from quoting.api.towns import towns


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="quoting",
        title="Produits, devis et souscriptions",
        blueprints=[
            products,
            towns,
            prices,
            quotes,
            quote_versions,
            portfolio,
            client_files,
            guest_sessions,
            assisted_sessions,
            subscriptions,
            files,
            agenda,
        ],
        errors=ERRORS,
        services=services,
    )
