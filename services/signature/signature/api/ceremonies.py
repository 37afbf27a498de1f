"""The ceremony over HTTP: a signer acts, on what is his to sign alone; managers and his adviser read."""

from __future__ import annotations

from typing import Any

from flask import Response
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
from signature.adapters.queries import ceremonies_of, find_ceremony
from signature.api.callers import circumstances, keyed_fingerprint, reach, session
from signature.api.schemas import AcceptanceIn, CeremonyOut, CeremonyQuery, CodeIn, RefusalIn, SignatureIn
from signature.api.views import ceremony_view
from signature.domain.ceremony import Ceremony
from signature.domain.refusal import Refusal
from signature.usecases.accept_document import accept_document
from signature.usecases.refuse_ceremony import refuse_ceremony
from signature.usecases.request_code import request_code
from signature.usecases.sign_ceremony import sign_ceremony
from signature.usecases.view_page import view_page

ceremonies = Blueprint("ceremonies", __name__, description="Cérémonies de signature")

READERS = ("guest", "member", "broker", "manager")
SIGNERS = ("guest", "member")


@ceremonies.route("/ceremonies")
class Ceremonies(MethodView):
    @requires(*READERS, scope="subscription")
    @ceremonies.arguments(CeremonyQuery(), location="query")
    @ceremonies.response(200, page_schema(CeremonyOut()))
    def get(self, query: dict[str, Any]) -> Response:
        """List the ceremonies of one thing to sign, newest first."""
        before = query["cursor"][0] if query["cursor"] else None
        with services().units.reading(current_actor().tenant) as read:
            found = ceremonies_of(read, query["subject"].lower(), reach(), before=before, limit=query["limit"] + 1)
            now = services().clock.now()
            shown, cursor = cut_page(found, query["limit"], lambda ceremony: (ceremony.id,))
            return json_response(page_of([ceremony_view(each, now, session=session()) for each in shown], cursor))


@ceremonies.route("/ceremonies/<id:ceremony_id>")
class OneCeremony(MethodView):
    @requires(*READERS, scope="subscription")
    @ceremonies.response(200, CeremonyOut())
    def get(self, ceremony_id: str) -> Response:
        """Show one ceremony."""
        with services().units.reading(current_actor().tenant) as read:
            ceremony = find_ceremony(read, ceremony_id, reach())
            if ceremony is None:
                raise NotFound("ceremony", ceremony_id)
            return shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/documents/<id:document_id>/pages/<int(min=1, max=500):page>/view")
class PageViews(MethodView):
    @requires(*SIGNERS, scope="subscription")
    @ceremonies.arguments(CodeIn(), required=False)
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    def post(self, _body: dict[str, Any], ceremony_id: str, document_id: str, page: int) -> Response:
        """Note that a page is handed to the signer, in order."""
        ceremony = view_page(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            document_id=document_id,
            page=page,
            reach=reach(),
            by=circumstances(),
        )
        return shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/documents/<id:document_id>/acceptance")
class Acceptances(MethodView):
    @requires(*SIGNERS, scope="subscription")
    @ceremonies.arguments(AcceptanceIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, bool], ceremony_id: str, document_id: str) -> Response:
        """Accept one document, in its turn."""
        ceremony = accept_document(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            document_id=document_id,
            reach=reach(),
            ticked=_ticked(body),
            by=circumstances(),
        )
        return shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/codes")
class Codes(MethodView):
    @requires(*SIGNERS, scope="subscription")
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
            reach=reach(),
            key=config.code_key,
            origin=config.origin,
            code_limits=config.code_limits,
            by=circumstances(),
        )
        return shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/signature")
class Signatures(MethodView):
    @requires(*SIGNERS, scope="subscription")
    @ceremonies.arguments(SignatureIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent(fingerprint=keyed_fingerprint)
    def post(self, body: dict[str, Any], ceremony_id: str) -> Response:
        """Sign with the code received."""
        ceremony = sign_ceremony(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            reach=reach(),
            code=body["code"],
            ticked=_ticked(body),
            key=services().config.code_key,
            by=circumstances(),
        )
        return shown(ceremony)


@ceremonies.route("/ceremonies/<id:ceremony_id>/refusal")
class Refusals(MethodView):
    @requires(*SIGNERS, scope="subscription")
    @ceremonies.arguments(RefusalIn())
    @ceremonies.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, Any], ceremony_id: str) -> Response:
        """Refuse to sign, the envelope or one document of it."""
        ceremony = refuse_ceremony(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            reach=reach(),
            refusal=Refusal.from_text(body["reason"], document_id=body["document_id"]),
            by=circumstances(),
        )
        return shown(ceremony)


def _ticked(body: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in body.items() if value is True)


def shown(ceremony: Ceremony) -> Response:
    """Answer with a ceremony as its reader may see it."""
    return json_response(ceremony_view(ceremony, services().clock.now(), session=session()))
