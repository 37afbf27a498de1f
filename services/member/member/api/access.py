"""Choosing a password with a one-time link, and asking for such a link.

A link serves once, and asking is counted: neither takes an Idempotency-Key.
"""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from member.api.rates import limited_a_minute
from member.api.schemas import Accepted, Activated, Activation, LinkRequest
from member.usecases.activate_account import activate_account
from member.usecases.request_link import request_link
from plumbing.http import Blueprint, public, services

access = Blueprint("access", __name__, url_prefix="/v1", description="Mot de passe")

NEUTRAL = (
    "Si un compte correspond à cet identifiant, un e-mail vient de lui être envoyé avec un lien pour choisir"
    " un mot de passe."
)


@access.route("/password-resets")
class PasswordResets(MethodView):
    @public
    @limited_a_minute(lambda config: config.link_requests_per_minute)
    @access.arguments(LinkRequest())
    @access.response(202, Accepted())
    def post(self, body: dict[str, Any]) -> dict[str, str]:
        """Demander un lien pour choisir un mot de passe, le premier ou un nouveau; la réponse est toujours la même."""
        made = services()
        request_link(
            identifier=body["identifier"],
            mutuelle=body["tenant"],
            units=made.units,
            directory=made.directory,
            closing=made.closing,
        )
        return {"detail": NEUTRAL}


@access.route("/activations")
class Activations(MethodView):
    @public
    @limited_a_minute(lambda config: config.activations_per_minute)
    @access.arguments(Activation())
    @access.response(200, Activated())
    def post(self, body: dict[str, Any]) -> dict[str, str]:
        """Choisir un mot de passe avec le lien reçu; le lien ne sert qu’une fois."""
        made = services()
        identifier = activate_account(
            secret=body["token"],
            password=body["password"],
            units=made.units,
            directory=made.directory,
            passwords=made.passwords,
        )
        return {"identifier": identifier}
