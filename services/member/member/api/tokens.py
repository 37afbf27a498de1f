"""Keys to check tokens with, and tokens for those who have no account.

As in `sessions`, the answers are secrets and are not kept: no Idempotency-Key.
"""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from member.api.rates import limited_a_minute
from member.api.schemas import GuestIn, KeySetOut, ServiceClientIn, TokenOut
from member.usecases.issue_tokens import IssuedToken, issue_guest_token, issue_service_token
from plumbing.errors import Forbidden
from plumbing.http import Blueprint, current_actor, public, requires, services

tokens = Blueprint("tokens", __name__, url_prefix="/v1", description="Jetons et clés")

_GUEST_ISSUER = "quoting"


@tokens.route("/jwks")
class KeySet(MethodView):
    @public
    @tokens.response(200, KeySetOut())
    def get(self) -> Any:
        """Les clés publiques avec lesquelles chacun vérifie les jetons."""
        return services().keys.jwks(), {"Cache-Control": "public, max-age=300"}


@tokens.route("/service-tokens")
class ServiceTokens(MethodView):
    @public
    @limited_a_minute(lambda config: config.service_tokens_per_minute)
    @tokens.arguments(ServiceClientIn())
    @tokens.response(200, TokenOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Un jeton de service pour une mutuelle, contre le secret du service."""
        made = services()
        issued = issue_service_token(
            client_id=body["client_id"],
            client_secret=body["client_secret"],
            tenant=body["tenant"],
            clients=made.config.service_clients,
            directory=made.directory,
            tokens=made.keys,
            now=made.clock.now(),
        )
        return _view(issued)


@tokens.route("/guest-tokens")
class GuestTokens(MethodView):
    @requires("service")
    @tokens.arguments(GuestIn())
    @tokens.response(200, TokenOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Un jeton d’invité pour une souscription, demandé par le service des devis."""
        actor = current_actor()
        if actor.id != _GUEST_ISSUER:
            raise Forbidden("Seul le service des devis ouvre un accès invité.")
        made = services()
        issued = issue_guest_token(
            caller_tenant=actor.tenant,
            tenant=body["tenant"],
            scope=body["scope"],
            tokens=made.keys,
            now=made.clock.now(),
        )
        return _view(issued)


def _view(issued: IssuedToken) -> Any:
    return {"access_token": issued.access_token, "expires_in": int(issued.expires_in.total_seconds())}
