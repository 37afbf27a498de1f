"""What the platform asks a process: /healthz, /readyz (its database answers), /metrics. Not in the contract.

/healthz says whether it is alive and takes requests: one that is about to end says no while it still answers.
"""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask, Response
from sqlalchemy import Engine, text

from plumbing.http import payload
from plumbing.serving import draining
from plumbing.telemetry import metrics

READY_WITHIN = 2.0  # seconds


def add_health_routes(app: Flask, services: Any) -> None:
    """Add the three routes to an application."""

    def healthz() -> Response:
        return _state(not draining())

    def readyz() -> Response:
        return _state(database_answers(services.engine))

    def figures() -> Response:
        return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", figures)


def database_answers(engine: Engine, within: float = READY_WITHIN) -> bool:
    """Say whether the database answers in time; a connection that hangs is left to its thread, not waited for."""
    answered = threading.Event()

    def ping() -> None:
        try:
            with engine.connect().execution_options(read_only=True) as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - whatever went wrong, it is not ready
            return
        answered.set()

    thread = threading.Thread(target=ping, name="readyz", daemon=True)
    thread.start()
    thread.join(within)
    return answered.is_set()


def _state(ready: bool) -> Response:
    body = payload.dumps({"status": "ok" if ready else "unavailable"})
    response = Response(body, 200 if ready else 503, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
