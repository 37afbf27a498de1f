"""POST /v1/assisted-sessions: a broker's attestation that his client is with him against a token to subscribe."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.http import Blueprint, Schema, current_actor, fields, requires, services, unit_of_work
from quoting.usecases.attest_presence import attest_presence, check_assistance
from quoting.usecases.open_guest_session import session_fingerprint

assisted_sessions = Blueprint(
    "assisted_sessions", __name__, url_prefix="/v1/assisted-sessions", description="Souscription accompagnée"
)


class AttestationIn(Schema):
    """« Mon client est à mes côtés »: without it there is no token."""

    subscription_id = fields.Id(required=True)
    client_present = fields.Agreed(required=True)


class AssistedSessionOut(Schema):
    """As a link's session: thirty minutes, this subscription alone; the code to sign still goes to the client."""

    access_token = fields.Text(max=4096, required=True)
    expires_in = fields.Integer(required=True)
    subscription_id = fields.Id(required=True)
    attested_at = fields.Instant(required=True)


@assisted_sessions.route("")
class AssistedSessions(MethodView):
    @requires("broker")
    @assisted_sessions.arguments(AttestationIn())
    @assisted_sessions.response(201, AssistedSessionOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Ouvre la souscription au courtier qui atteste que son client est à ses côtés.

        A repeat is another attestation with a token of its own: answers kept for repeats would be kept tokens.
        """
        actor, subscription_id = current_actor(), body["subscription_id"]
        check_assistance(uow=unit_of_work(), subscription_id=subscription_id, broker_id=actor.id)
        # Member is called between two transactions: a token that is then not recorded opens an ordinary session only.
        token = services().identity.guest_token(actor.tenant, subscription_id)
        assistance = attest_presence(
            uow=unit_of_work(),
            subscription_id=subscription_id,
            broker_id=actor.id,
            session=session_fingerprint(token.access_token),
        )
        return {
            "access_token": token.access_token,
            "expires_in": token.expires_in,
            "subscription_id": subscription_id,
            "attested_at": assistance.attested_at,
        }
