"""What a member is covered by, and what was filed on it as his broker sees it."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from claims.adapters import queries
from claims.api.schemas import ClientsClaim, ContractOut
from claims.api.views import clients_claim_view, contract_view
from plumbing.http import (
    Blueprint,
    current_actor,
    cursor_arguments,
    cut_page,
    page_of,
    page_schema,
    requires,
    services,
)

contracts = Blueprint("contracts", __name__, description="Contrats couverts")


@contracts.route("/contracts")
class Contracts(MethodView):
    @requires("member")
    @contracts.response(200, page_schema(ContractOut()))
    def get(self) -> Any:
        """Mes contrats et les personnes couvertes; une personne en a peu, tout tient sur une page."""
        actor = current_actor()
        with services().units.reading(actor.tenant) as session:
            return page_of([contract_view(contract) for contract in queries.contracts_of(session, actor.id)])


@contracts.route("/contracts/<id:contract_id>/claims")
class ClaimsOnContract(MethodView):
    @requires("broker")
    @contracts.arguments(cursor_arguments, location="query")
    @contracts.response(200, page_schema(ClientsClaim()))
    def get(self, query: dict[str, Any], contract_id: str) -> Any:
        """Les indemnisations demandées sur le contrat d’un client, sans rien de sa santé."""
        actor, after = current_actor(), query["cursor"][0] if query["cursor"] else None
        with services().units.reading(actor.tenant) as session:
            found = queries.claims_on(session, contract_id, broker_id=actor.id, after=after, limit=query["limit"] + 1)
        page, next_cursor = cut_page(found, query["limit"], lambda filed: (filed.claim.id,))
        return page_of([clients_claim_view(filed) for filed in page], next_cursor)
