"""Notifications' web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from notifications.api.errors import ERRORS
from notifications.api.messages import messages
from notifications.api.web_versions import web_versions
from plumbing.http import create_api_app


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="notifications",
        title="Messages envoyés",
        blueprints=[messages, web_versions],
        errors=ERRORS,
        services=services,
    )
