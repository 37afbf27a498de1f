"""The web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from plumbing.http import create_api_app
from seedling.api.errors import ERRORS
from seedling.api.notes import notes


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(name="seedling", title="Notes", blueprints=[notes], errors=ERRORS, services=services)
