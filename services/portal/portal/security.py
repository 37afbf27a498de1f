"""What every page answers with, and what every form must bring."""

from __future__ import annotations

import hmac

from flask import Flask, Response, request, session
from werkzeug.exceptions import BadRequest

# No inline script or style anywhere: what an attacker could write into a page cannot run.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)


class ForgedForm(BadRequest):
    """A form without the session's token: forged, or sent from a page older than the session."""


def protect(app: Flask, *, secure: bool) -> None:
    """Add the security headers and the check against forged forms to every request."""

    @app.before_request
    def _refuse_forged_forms() -> None:
        if request.method in {"POST", "PUT", "DELETE"}:
            given = request.form.get("_csrf", "") or request.headers.get("X-CSRF-Token", "")
            if not hmac.compare_digest(given.encode(), session["csrf"].encode()):
                raise ForgedForm

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # Links in mails carry secrets in their path: no other site may learn where a visitor comes from.
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response
