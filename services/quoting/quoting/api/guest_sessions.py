"""POST /v1/guest-sessions: the secret of a link against a token for its subscription."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView

from plumbing.auth import bearer_token
from plumbing.clock import paris_date
from plumbing.http import Blueprint, Schema, current_actor, fields, limited, public, services
from quoting.api.schemas import QuoteSummary
from quoting.api.views import quote_summary
from quoting.domain.membership_file import FileStatus
from quoting.domain.quote import Quote
from quoting.usecases.agenda import note_opening
from quoting.usecases.issue_quote import link_fingerprint
from quoting.usecases.open_guest_session import LinkUnknown, check_link

guest_sessions = Blueprint("guest_sessions", __name__, url_prefix="/v1/guest-sessions", description="Accès par lien")

_STAFF = frozenset({"broker", "manager"})


class LinkIn(Schema):
    """The secret at the end of the link. It travels in the body, so that no log has it."""

    secret = fields.Secret(min=20, max=100, required=True)


class GuestSessionOut(Schema):
    """`expires_in`: seconds. The token opens this one subscription, and signs nothing by itself."""

    access_token = fields.Text(max=4096, required=True)
    expires_in = fields.Integer(required=True)
    subscription_id = fields.Id(required=True)
    quote = fields.Nested(QuoteSummary(), required=True)


@guest_sessions.route("")
class GuestSessions(MethodView):
    @public
    @limited("120/minute")
    @guest_sessions.arguments(LinkIn())
    @guest_sessions.response(200, GuestSessionOut())
    def post(self, body: dict[str, Any]) -> Any:
        """Ouvre l’accès à une souscription par le lien du devis ; qui a le lien n’a pas encore de compte.

        A broker or manager who tries a link sends his token along: that is no opening by the client.
        """
        made = services()
        linked = made.queries.linked_quote(link_fingerprint(body["secret"]))
        if linked is None:
            raise LinkUnknown
        quote: Quote = made.queries.quote(linked.tenant, linked.quote_id)
        found = made.queries.file_of_subscription(linked.tenant, quote.subscription_id)
        created = found is not None and found.file.status is FileStatus.CREATED
        check_link(quote, today=paris_date(made.clock.now()), membership_created=created)
        token = made.identity.guest_token(linked.tenant, quote.subscription_id)
        if not _caller_is_staff():
            note_opening(uow=made.units.for_tenant(linked.tenant), quote_id=linked.quote_id)
        return {
            "access_token": token.access_token,
            "expires_in": token.expires_in,
            "subscription_id": quote.subscription_id,
            "quote": quote_summary(quote),
        }


def _caller_is_staff() -> bool:
    return bearer_token(request.headers.get("Authorization")) is not None and current_actor().role in _STAFF
