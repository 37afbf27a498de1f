"""The versions of a quote: which there are, and « Modifier », which makes the next one."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.http import (
    Blueprint,
    CursorArguments,
    Schema,
    current_actor,
    cut_page,
    fields,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from quoting.api.quotes import QuoteEntries, QuoteOut, calling_broker, entered, own_quote
from quoting.api.schemas import SHORT
from quoting.api.views import quote_detail
from quoting.domain.quote import SHOWN
from quoting.usecases.revise_quote import revise_quote

quote_versions = Blueprint("quote_versions", __name__, url_prefix="/v1/quotes", description="Versions d’un devis")


class VersionRow(Schema):
    """One version of a quote; `modifiable`: « Modifier » makes the next one from it."""

    id = fields.Id(required=True)
    version = fields.Integer(minimum=1, required=True)
    status = fields.Choice(SHOWN, required=True)
    status_label = fields.Text(max=40, required=True)
    formula_label = fields.Text(max=SHORT, required=True)
    monthly = fields.Amount(required=True)
    tariff_version = fields.Text(max=20, required=True)
    created_at = fields.Instant(required=True)
    expires_on = fields.Day(required=True, allow_none=True)
    modifiable = fields.Boolean(required=True)


class VersionsQuery(CursorArguments):
    """Page by page."""


@quote_versions.route("/<id:quote_id>/versions")
class QuoteVersions(MethodView):
    @requires("broker", "manager")
    @quote_versions.arguments(VersionsQuery(), location="query")
    @quote_versions.response(200, page_schema(VersionRow()))
    def get(self, query: dict[str, Any], quote_id: str) -> Any:
        """Toutes les versions d’un devis, la dernière d’abord."""
        quote = own_quote(quote_id)
        limit: int = query["limit"]
        before = query["cursor"][0] if query["cursor"] else None
        rows = services().portfolio.versions(current_actor().tenant, quote.number, before=before, limit=limit + 1)
        page, next_cursor = cut_page(rows, limit, lambda row: (row.quote.id,))
        return page_of([_row(row) for row in page], next_cursor)

    @requires("broker")
    @quote_versions.arguments(QuoteEntries())
    @quote_versions.response(201, QuoteOut())
    @idempotent(again=lambda made: quote_detail(own_quote(made)))
    def post(self, body: dict[str, Any], quote_id: str) -> Any:
        """Modifie un devis : la version suivante, au tarif du jour, remplace celle-ci et part chez le client."""
        previous = own_quote(quote_id)
        made = services()
        quote = revise_quote(
            uow=unit_of_work(),
            offer=made.offer,
            towns=made.towns,
            broker=calling_broker(),
            quote_id=quote_id,
            **entered(body, product=previous.product_code),
        )
        return quote_detail(quote)


def _row(row: Any) -> dict[str, Any]:
    quote = row.quote
    return {
        "id": quote.id,
        "version": quote.version,
        "status": quote.status.shown,
        "status_label": quote.status.label,
        "formula_label": quote.formula_label,
        "monthly": quote.monthly,
        "tariff_version": quote.price.tariff_version,
        "created_at": quote.created_at,
        "expires_on": quote.expires_on,
        "modifiable": row.modifiable,
    }
