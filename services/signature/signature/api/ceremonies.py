"""The ceremony over HTTP: the client acts, on the ceremony of his own subscription alone; managers read."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Response, request
from flask.views import MethodView

from plumbing.errors import NotFound
from plumbing.http import (
    Blueprint,
    current_actor,
    cut_page,
    documented_limit,
    idempotent,
    json_response,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from plumbing.http.idempotency import request_fingerprint
from signature.adapters.queries import ceremonies_of, find_ceremony
from signature.api.schemas import AcceptanceIn, CeremonyOut, CeremonyQuery, CodeIn, RefusalIn, SignatureIn
from signature.api.views import ceremony_view
from signature.domain.ceremony import Ceremony, Circumstances
from signature.domain.refusal import Refusal
from signature.usecases.accept_document import accept_document
from signature.usecases.refuse_ceremony import refuse_ceremony
from signature.usecases.request_code import request_code
from signature.usecases.sign_ceremony import sign_ceremony

ceremonies = Blueprint("ceremonies", __name__, description="Cérémonies de signature")

_LONGEST_USER_AGENT = 300


def _keyed_fingerprint() -> bytes:
    # The usual print of a request is a plain hash: the code in this one would be found in a second by trying them all.
    return hmac.digest(services().config.code_key, request_fingerprint(), hashlib.sha256)


@ceremonies.route("/ceremonies")
class Ceremonies(MethodView):
    @requires("guest", "manager", scope="subscription")
    @ceremonies.arguments(CeremonyQuery(), location="query")
    @ceremonies.response(200, page_schema(CeremonyOut()))
    def get(self, query: dict[str, Any]) -> Response:
        """List the ceremonies of one thing to sign, newest first."""
        subject = query["subject"].lower()
        actor = current_actor()
        if actor.role == "guest" and not actor.may(subject):
            return json_response(page_of([]))
        before = query["cursor"][0] if query["cursor"] else None
        with services().units.reading(actor.tenant) as session:
            found = ceremonies_of(session, subject, before=before, limit=query["limit"] + 1)
            now = services().clock.now()
            shown, cursor = cut_page(found, query["limit"], lambda ceremony: (ceremony.id,))
            return json_response(page_of([ceremony_view(each, now) for each in shown], cursor))


@ceremonies.route("/ceremonies/<id:ceremony_id>")
class OneCeremony(MethodView):
    @requires("guest", "manager", scope="subscription")
    @ceremonies.response(200, CeremonyOut())
    def get(self, ceremony_id: str) -> Response:
        """Show one ceremony."""
        actor = current_actor()
        with services().units.reading(actor.tenant) as session:
            ceremony = find_ceremony(session, ceremony_id)
            if ceremony is None or (actor.role == "guest" and not actor.may(ceremony.subject)):
                raise NotFound("ceremony", ceremony_id)
            return _shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/documents/<id:document_id>/acceptance")
class Acceptances(MethodView):
    @requires("guest", scope="subscription")
    @ceremonies.arguments(AcceptanceIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, bool], ceremony_id: str, document_id: str) -> Response:
        """Accept one document, in its turn."""
        ceremony = accept_document(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            document_id=document_id,
            subjects=current_actor().scopes,
            ticked=_ticked(body),
            by=_circumstances(),
        )
        return _shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/codes")
class Codes(MethodView):
    @requires("guest", scope="subscription")
    @ceremonies.arguments(CodeIn(), required=False)
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    @documented_limit
    def post(self, _body: dict[str, Any], ceremony_id: str) -> Response:
        """Send a code, or send another one."""
        config = services().config
        ceremony = request_code(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            subjects=current_actor().scopes,
            key=config.code_key,
            origin=config.origin,
            code_limits=config.code_limits,
            by=_circumstances(),
        )
        return _shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/signature")
class Signatures(MethodView):
    @requires("guest", scope="subscription")
    @ceremonies.arguments(SignatureIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent(fingerprint=_keyed_fingerprint)
    def post(self, body: dict[str, Any], ceremony_id: str) -> Response:
        """Sign with the code received."""
        ceremony = sign_ceremony(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            subjects=current_actor().scopes,
            code=body["code"],
            ticked=_ticked(body),
            key=services().config.code_key,
            by=_circumstances(),
        )
        return _shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/refusal")
class Refusals(MethodView):
    @requires("guest", scope="subscription")
    @ceremonies.arguments(RefusalIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, str], ceremony_id: str) -> Response:
        """Refuse to sign."""
        ceremony = refuse_ceremony(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            subjects=current_actor().scopes,
            refusal=Refusal.from_text(body["reason"]),
            by=_circumstances(),
        )
        return _shown(ceremony)


def _ticked(body: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in body.items() if value is True)


def _circumstances() -> Circumstances:
    return Circumstances(
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:_LONGEST_USER_AGENT],
        actor=current_actor().id,
    )


def _shown(ceremony: Ceremony) -> Response:
    return json_response(ceremony_view(ceremony, services().clock.now()))
