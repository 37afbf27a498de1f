"""Member's web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from member.api.access import access
from member.api.brokers import brokers
from member.api.errors import ERRORS
from member.api.me import me
from member.api.members import members
from member.api.sessions import sessions
from member.api.tokens import tokens
from plumbing.http import create_api_app


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    return create_api_app(
        name="member",
        title="Identité, accès et contrats des adhérents",
        blueprints=[sessions, tokens, access, me, brokers, members],
        errors=ERRORS,
        services=services,
    )
