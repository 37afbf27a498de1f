"""What partners say they settled, for managers."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from claims.adapters import queries
from claims.api.schemas import SettlementOut, SettlementsQuery
from plumbing.http import Blueprint, current_actor, cut_page, page_of, page_schema, requires, services

settlements = Blueprint("settlements", __name__, description="Règlements des partenaires")


@settlements.route("/settlements")
class Settlements(MethodView):
    @requires("manager")
    @settlements.arguments(SettlementsQuery(), location="query")
    @settlements.response(200, page_schema(SettlementOut()))
    def get(self, query: dict[str, Any]) -> Any:
        """Les règlements annoncés par les assureurs partenaires, du plus récent au plus ancien."""
        after = query["cursor"][0] if query["cursor"] else None
        with services().units.reading(current_actor().tenant) as session:
            rows = queries.settlements(
                session,
                contract_id=query["contract_id"],
                claim_id=query["claim_id"],
                partner=query["partner"],
                after=after,
                limit=query["limit"] + 1,
            )
        page, next_cursor = cut_page(rows, query["limit"], lambda settlement: (settlement.id,))
        return page_of(page, next_cursor)
