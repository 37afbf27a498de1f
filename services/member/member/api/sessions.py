"""Sign in, go on, sign out.

These POSTs take no Idempotency-Key: their answers are secrets that must not be kept to be said again, and doing one
twice only opens a second session.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask.views import MethodView

from member.api.rates import limited_a_minute
from member.api.schemas import RefreshTokenIn, SessionOut, SignIn
from member.domain.sessions import RefreshTokenReused
from member.usecases.refresh_session import refresh_session
from member.usecases.sign_in import SignedIn, sign_in
from member.usecases.sign_out import sign_out
from plumbing.http import Blueprint, public, services

sessions = Blueprint("sessions", __name__, url_prefix="/v1/sessions", description="Connexion")

log = structlog.get_logger()


@sessions.route("")
class Sessions(MethodView):
    @public
    @limited_a_minute(lambda config: config.sign_ins_per_minute)
    @sessions.arguments(SignIn())
    @sessions.response(200, SessionOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Se connecter avec un identifiant et un mot de passe."""
        made = services()
        signed_in = sign_in(
            identifier=body["identifier"],
            password=body["password"],
            mutuelle=body["tenant"],
            units=made.units,
            directory=made.directory,
            passwords=made.passwords,
            secrets=made.secrets,
            tokens=made.keys,
        )
        return _view(signed_in)

    @public
    @sessions.arguments(RefreshTokenIn())
    @sessions.response(204)
    def delete(self, body: dict[str, Any]) -> None:
        """Se déconnecter: la session de ce jeton se termine. Le jeton est la preuve, aucun autre n’est demandé."""
        made = services()
        sign_out(refresh_token=body["refresh_token"], units=made.units, directory=made.directory)


@sessions.route("/refresh")
class Refresh(MethodView):
    @public
    @sessions.arguments(RefreshTokenIn())
    @sessions.response(200, SessionOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Échanger un jeton de renouvellement contre une nouvelle paire; il ne sert qu’une fois."""
        made = services()
        try:
            signed_in = refresh_session(
                refresh_token=body["refresh_token"],
                units=made.units,
                directory=made.directory,
                secrets=made.secrets,
                tokens=made.keys,
            )
        except RefreshTokenReused as theft:
            log.warning("refresh_token_reused", session_id=str(theft))
            raise
        return _view(signed_in)


def _view(signed_in: SignedIn) -> dict[str, Any]:
    return {
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
        "expires_in": int(signed_in.expires_in.total_seconds()),
        "id": signed_in.id,
        "tenant": signed_in.tenant,
        "role": signed_in.role,
        "display_name": signed_in.display_name,
    }
