"""What a member is covered by."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from claims.adapters import queries
from claims.api.schemas import ContractOut
from claims.api.views import contract_view
from plumbing.http import Blueprint, current_actor, page_of, page_schema, requires, services

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
