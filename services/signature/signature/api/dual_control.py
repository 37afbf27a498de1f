"""What needs two managers: the evidence handed out, a sealing begun again, a purge, a legal hold lifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask.views import MethodView

from plumbing.http import (
    Blueprint,
    current_actor,
    cut_page,
    idempotent,
    json_response,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from signature.adapters.queries import act_requests, evidence_ids
from signature.api.schemas import ActRequestIn, ActRequestOut, ActRequestQuery, DecisionIn, HoldIn, HoldOut
from signature.domain.dual_control import Act, ActRequest, RequestState
from signature.usecases.ask_for_act import ask_for_act
from signature.usecases.decide_on_act import decide_on_act
from signature.usecases.hold_ceremony import hold_ceremony

dual_control = Blueprint("dual_control", __name__, description="Actes à deux gestionnaires")

_LABELS = {
    Act.EXPORT: "Remise du dossier de preuve",
    Act.RESEAL: "Reprise du scellement",
    Act.PURGE: "Purge",
    Act.LIFT_HOLD: "Levée de la conservation pour litige",
}


@dual_control.route("/act-requests")
class ActRequests(MethodView):
    @requires("manager")
    @dual_control.arguments(ActRequestQuery(), location="query")
    @dual_control.response(200, page_schema(ActRequestOut()))
    def get(self, query: dict[str, Any]) -> Response:
        """List what was asked for, newest first."""
        before = query["cursor"][0] if query["cursor"] else None
        with services().units.reading(current_actor().tenant) as session:
            found = act_requests(session, before=before, limit=query["limit"] + 1)
            shown, cursor = cut_page(found, query["limit"], lambda request: (request.id,))
            evidence = evidence_ids(session, [each.ceremony_id for each in shown])
            return json_response(page_of([_view(each, evidence) for each in shown], cursor))

    @requires("manager")
    @dual_control.arguments(ActRequestIn())
    @dual_control.response(201, ActRequestOut())
    @idempotent
    def post(self, body: dict[str, Any]) -> Response:
        """Ask for an act on the ceremony of a reference; another manager decides."""
        request = ask_for_act(
            uow=unit_of_work(),
            reference=body["reference"],
            act=body["act"],
            reason=body["reason"],
            by=current_actor().id,
        )
        return json_response(_view(request), 201)


@dual_control.route("/act-requests/<id:request_id>/decision")
class Decisions(MethodView):
    @requires("manager")
    @dual_control.arguments(DecisionIn())
    @dual_control.response(200, ActRequestOut())
    @idempotent
    def post(self, body: dict[str, bool], request_id: str) -> Response:
        """Approve or refuse what another manager asked for; what is approved is done at once."""
        request = decide_on_act(
            uow=unit_of_work(), request_id=request_id, approved=body["approved"], by=current_actor().id
        )
        return json_response(_view(request))


@dual_control.route("/legal-holds")
class LegalHolds(MethodView):
    @requires("manager")
    @dual_control.arguments(HoldIn())
    @dual_control.response(201, HoldOut())
    @idempotent
    def post(self, body: dict[str, str]) -> Response:
        """Keep a ceremony from being purged while a dispute is on. Lifting it takes two."""
        hold = hold_ceremony(
            uow=unit_of_work(), reference=body["reference"], reason=body["reason"], by=current_actor().id
        )
        return json_response({"ceremony_id": hold.ceremony_id, "held_at": hold.held_at}, 201)


def _view(request: ActRequest, evidence: Mapping[str, str] | None = None) -> dict[str, Any]:
    mine = request.asked_by == current_actor().id
    given = mine and request.act is Act.EXPORT and request.state is RequestState.APPROVED
    return {
        "id": request.id,
        "ceremony_id": request.ceremony_id,
        "reference": request.reference,
        "act": request.act.value,
        "act_label": _LABELS[request.act],
        "reason": request.reason,
        "state": request.standing(services().clock.now()).value,
        "mine": mine,
        "evidence_document_id": (evidence or {}).get(request.ceremony_id) if given else None,
        "asked_by": request.asked_by,
        "asked_at": request.asked_at,
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
    }
