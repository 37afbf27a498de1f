"""Builds the Flask application of the portal: wiring only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import httpx
from flask import Flask, Response, session
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from plumbing.cipher import FieldCipher
from plumbing.garbage import settle
from plumbing.http.openapi import IdConverter
from plumbing.serving import draining
from plumbing.telemetry.logs import configure_logs
from portal import VERSION
from portal.backend import DOORS, Backend
from portal.compression import compress_static_files
from portal.config import Config, load
from portal.doors import (
    about,
    agenda,
    client,
    files,
    manager,
    member,
    paper_path,
    portfolio,
    public,
    quote_wizard,
    relief,
    subscribing,
    two_managers,
    verifying,
)
from portal.failures import answer_failures
from portal.formats import add_filters
from portal.security import protect
from portal.session import EncryptedCookies

_LARGEST_FORM = 12 * 1024 * 1024
_YEAR_SECONDS = 365 * 24 * 3600


def create_app(config: Config, http: httpx.Client | None = None) -> Flask:
    """Return the portal. `http` reaches the gateway; in the one-process mode it stays in the process."""
    app = Flask("portal", root_path=os.path.dirname(__file__))  # noqa: PTH120 - Flask wants a text
    cipher = FieldCipher.from_setting(config.session_key)
    app.session_interface = EncryptedCookies(cipher, secure=config.secure_cookies)
    app.extensions["cipher"] = cipher
    app.extensions["backend"] = Backend(config.gateway_url, http or httpx.Client(timeout=httpx.Timeout(15, connect=2)))
    app.config.update(MAX_CONTENT_LENGTH=_LARGEST_FORM, SEND_FILE_MAX_AGE_DEFAULT=_YEAR_SECONDS)
    app.url_map.converters["id"] = IdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, default_locale="fr", default_timezone="Europe/Paris")
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=1)  # type: ignore[method-assign]
    add_filters(app)
    protect(app, secure=config.secure_cookies)
    compress_static_files(app)
    staff = (agenda, paper_path, portfolio, quote_wizard, subscribing, relief, manager, two_managers)
    for door in (public, about, verifying, *staff, client, member, files):
        app.register_blueprint(door.pages)
    app.add_url_rule("/healthz", "alive", _alive)
    answer_failures(app)
    _offer_to_templates(app, config)
    return app


def from_environment() -> Flask:
    """What a web process loads."""
    configure_logs("portal")
    app = create_app(load(os.environ))
    settle()
    return app


def _alive() -> Response:
    if draining():
        return Response("about to end\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def _offer_to_templates(app: Flask, config: Config) -> None:
    # Static files are kept for a year: the address of our own changes with their content.
    own = [Path(app.root_path, "static", name).read_bytes() for name in ("app.css", "verify.js")]
    assets = hashlib.sha256(b"".join(own)).hexdigest()[:8]

    @app.context_processor
    def _values() -> dict[str, Any]:
        return {
            "version": VERSION,
            "assets": assets,
            "csrf": session.get("csrf", ""),
            "demonstration": config.demonstration,
            "mailbox_url": config.mailbox_url,
            "support_email": config.support_email,
            "publisher": config.publisher,
            "hosting": config.hosting,
            "signed_in": {door: session[door].get("name", "") for door in DOORS if door in session},
        }
