"""The OpenAPI document of a service, as it is served."""

from __future__ import annotations

import importlib
import json
from typing import Any
from unittest.mock import MagicMock

from flask import Flask

JSON = dict[str, Any]


def unconnected_app(service: str) -> Flask:
    """The service's application on a Bootstrap that is only a name: its routes can be read, not called."""
    bootstrap = MagicMock(name="Bootstrap")
    bootstrap.settings.trusted_proxies = 0
    app: Flask = importlib.import_module(f"{service}.app").create_app(bootstrap)
    return app


def openapi(service: str) -> JSON:
    """What `GET /openapi.json` answers. The app is wired on nothing: a contract needs no setting and no server."""
    answer = unconnected_app(service).test_client().get("/openapi.json")
    if answer.status_code != 200:
        raise RuntimeError(f"{service} does not serve its OpenAPI document: {answer.status}")
    document: JSON = json.loads(answer.get_data())
    return document
