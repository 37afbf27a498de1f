"""What managers do with a claim."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from claims.api.claims import read_claim
from claims.api.schemas import ActOut, ClaimOut, DecisionIn
from claims.api.views import act_views, claim_view
from claims.domain.claim import Outcome
from claims.domain.statement import Entry
from claims.usecases.decide_claim import accept_claim, refuse_claim
from claims.usecases.order_payment import order_payment
from plumbing.clock import paris_date
from plumbing.http import (
    Blueprint,
    current_actor,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)

decisions = Blueprint("decisions", __name__, description="Instruction et règlement des demandes")


@decisions.route("/claims/<id:claim_id>/decision")
class Decision(MethodView):
    @requires("manager")
    @decisions.arguments(DecisionIn())
    @decisions.response(200, ClaimOut())
    @idempotent
    def post(self, body: dict[str, Any], claim_id: str) -> Any:
        """Accepter avec les actes à rembourser, que le service calcule, ou refuser avec un motif."""
        manager_id = current_actor().id
        if body["outcome"] is Outcome.ACCEPTED:
            accept_claim(
                uow=unit_of_work(),
                claim_id=claim_id,
                manager_id=manager_id,
                entries=[Entry(**line) for line in body["lines"]],
                parameters=services().parameters,
            )
        else:
            refuse_claim(uow=unit_of_work(), claim_id=claim_id, manager_id=manager_id, reason=body["reason"])
        return claim_view(read_claim(claim_id))


@decisions.route("/claims/<id:claim_id>/payment")
class Payment(MethodView):
    @requires("manager")
    @decisions.response(200, ClaimOut())
    @idempotent
    def post(self, claim_id: str) -> Any:
        """Ordonner le règlement d’une demande acceptée."""
        order_payment(uow=unit_of_work(), claim_id=claim_id, manager_id=current_actor().id)
        return claim_view(read_claim(claim_id))


@decisions.route("/acts")
class Acts(MethodView):
    @requires("manager")
    @decisions.response(200, page_schema(ActOut()))
    def get(self) -> Any:
        """Les actes que l’on peut saisir, avec la base de remboursement du jour; tous tiennent sur une page."""
        held = services()
        return page_of(act_views(held.parameters, paris_date(held.clock.now())))
