"""The broker's portfolio: clients searched by name, quotes by number and status."""

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
    page_of,
    page_schema,
    requires,
    services,
)
from quoting.api.quotes import QuoteRow, quote_row
from quoting.api.schemas import SHORT
from quoting.api.texts import NAME_LENGTH
from quoting.domain.people import Civility, Identity
from quoting.domain.portfolio_search import name_patterns, quote_numbers
from quoting.domain.quote import TICKABLE

portfolio = Blueprint("portfolio", __name__, url_prefix="/v1/portfolio", description="Portefeuille du courtier")

ROLE = "Client"
"""What everybody in a portfolio is called, prospects included (F-069)."""


class NameSearch(CursorArguments):
    """A search by name. In the body and not in the address, which is logged on its way."""

    name = fields.Text(max=NAME_LENGTH, required=True)


class ClientRow(Schema):
    """A client or prospect in the list."""

    id = fields.Id(required=True)
    civility = fields.Choice(Civility, required=True)
    first_name = fields.Text(max=NAME_LENGTH, required=True)
    last_name = fields.Text(max=NAME_LENGTH, required=True)
    birth_date = fields.Day(required=True)
    address = fields.Text(max=SHORT, required=True)
    address_extra = fields.Text(max=SHORT, required=True, allow_none=True)
    postcode = fields.Text(max=10, required=True)
    town = fields.Text(max=80, required=True)
    country = fields.Text(max=2, required=True)
    role = fields.Text(max=20, required=True)


class QuoteSearch(CursorArguments):
    """A search by identifier; only « Souscrit » and « Validé » narrow it, together or alone (F-083)."""

    identifier = fields.Text(max=40, load_default="")
    subscribed = fields.Choice(("true",), load_default=None)
    validated = fields.Choice(("true",), load_default=None)


@portfolio.route("/client-searches")
class ClientSearches(MethodView):
    @requires("broker")
    @portfolio.arguments(NameSearch())
    @portfolio.response(200, page_schema(ClientRow()))
    def post(self, search: dict[str, Any]) -> Any:
        """Cherche des clients et prospects par leur nom ; « % » les donne tous."""
        actor = current_actor()
        limit: int = search["limit"]
        rows = services().portfolio.clients(
            actor.tenant,
            actor.id,
            patterns=name_patterns(search["name"]),
            after=search["cursor"][0] if search["cursor"] else None,
            limit=limit + 1,
        )
        page, next_cursor = cut_page(rows, limit, lambda row: (row.id,))
        return page_of([{"id": row.id, **person_view(row.identity)} for row in page], next_cursor)


@portfolio.route("/quotes")
class PortfolioQuotes(MethodView):
    @requires("broker")
    @portfolio.arguments(QuoteSearch(), location="query")
    @portfolio.response(200, page_schema(QuoteRow()))
    def get(self, search: dict[str, Any]) -> Any:
        """Cherche des devis par leur identifiant et leur statut ; chaque version est une ligne."""
        actor, made = current_actor(), services()
        limit: int = search["limit"]
        prefixes = [product.prefix for product in made.offer.catalogue.products_of(actor.tenant)]
        numbers, version = quote_numbers(search["identifier"], prefixes) or (None, None)
        rows = made.portfolio.quotes(
            actor.tenant,
            actor.id,
            numbers=numbers,
            version=version,
            statuses=[status for status in TICKABLE if search[status]],
            before=search["cursor"][0] if search["cursor"] else None,
            limit=limit + 1,
        )
        page, next_cursor = cut_page(rows, limit, lambda row: (row.id,))
        return page_of([quote_row(row) for row in page], next_cursor)


def person_view(identity: Identity) -> dict[str, Any]:
    """Return a client as the lists show him."""
    return {
        "civility": identity.civility,
        "first_name": identity.first_name,
        "last_name": identity.last_name,
        "birth_date": identity.birth_date,
        "address": identity.address,
        "address_extra": identity.address_extra,
        "postcode": identity.postcode,
        "town": identity.town,
        "country": identity.country,
        "role": ROLE,
    }
