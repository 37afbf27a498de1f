"""Signature's web application: wiring only."""

from __future__ import annotations

from typing import Any

from flask import Flask

from plumbing.http import create_api_app
from signature.adapters.figures import add_code_gauges
from signature.api.ceremonies import ceremonies
from signature.api.dual_control import dual_control
from signature.api.errors import ERRORS
from signature.api.opening import opening
from signature.api.relief import relief
from signature.api.verifications import verifications


def create_app(services: Any) -> Flask:
    """Return the application on these services (a Bootstrap)."""
    add_code_gauges(services.engine, services.clock)
    return create_api_app(
        name="signature",
        title="Signature électronique",
        blueprints=[ceremonies, opening, relief, verifications, dual_control],
        errors=ERRORS,
        services=services,
    )
