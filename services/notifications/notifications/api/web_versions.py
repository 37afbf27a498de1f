"""POST /v1/web-versions: the page behind « cliquez ici pour l'afficher dans un navigateur web »."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from notifications.adapters.web_copies import open_copy
from plumbing.errors import NotFound
from plumbing.http import Blueprint, Schema, fields, limited, public, services

web_versions = Blueprint("web_versions", __name__, description="Version web des e-mails")

LARGEST_PAGE = 200_000


class TokenIn(Schema):
    """The token at the end of the link. It travels in the body, so that no log has it."""

    token = fields.Secret(min=20, max=100, required=True)


class WebVersionOut(Schema):
    """The HTML of the mail, byte for byte."""

    html = fields.Text(max=LARGEST_PAGE, lines=True, required=True)


@web_versions.route("/web-versions")
class WebVersions(MethodView):
    @public
    @limited("120/minute")
    @web_versions.arguments(TokenIn())
    @web_versions.response(200, WebVersionOut())
    def post(self, body: dict[str, Any]) -> Any:
        """La version web d’un e-mail ; son lecteur n’a pas à se connecter, comme pour l’e-mail lui-même."""
        made = services()
        html = open_copy(made.engine, body["token"], made.clock.now())
        if html is None:
            raise NotFound("message")
        return {"html": html}
