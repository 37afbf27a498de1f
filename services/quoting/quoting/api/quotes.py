"""Quotes: stored by a broker, read by him and by the managers of his insurer."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from plumbing.errors import NotFound
from plumbing.http import (
    Blueprint,
    Schema,
    current_actor,
    cursor_arguments,
    cut_page,
    fields,
    idempotent,
    page_of,
    page_schema,
    requires,
    services,
    unit_of_work,
)
from quoting.api.prices import wishes_from
from quoting.api.schemas import ClientIn, ClientOut, DocumentOut, LineOut, NeedsSchema, ProfileFields, QuoteSummary
from quoting.api.texts import COMMENT_LENGTH, NAME_LENGTH, Printed
from quoting.api.views import quote_detail
from quoting.domain.people import Broker, Civility, Identity
from quoting.domain.quote import SHOWN, Quote
from quoting.domain.rating import MONTHS
from quoting.usecases.create_quote import Choice, create_quote

quotes = Blueprint("quotes", __name__, url_prefix="/v1/quotes", description="Devis")


class QuoteEntries(Schema):
    """What is entered. `choice_reason` is due when another formula than the one advised is chosen."""

    formula = fields.Text(max=20, required=True)
    with_option = fields.Boolean(required=True)
    choice_reason = Printed(max=COMMENT_LENGTH, load_default=None, allow_none=True)
    effective_date = fields.Day(required=True)
    profile = fields.Nested(ProfileFields(), required=True)
    needs = fields.Nested(NeedsSchema(), required=True)
    client = fields.Nested(ClientIn(), required=True)


class QuoteIn(QuoteEntries):
    """A quote to store, with the product that gives it its number."""

    product = fields.Text(max=60, required=True)


class ProfileOut(ProfileFields):
    """The profile as priced, with what the town told."""

    insee = fields.Text(max=5, required=True)
    department = fields.Text(max=3, required=True)
    zone = fields.Text(max=10, required=True)


class QuoteOut(QuoteSummary):
    """Everything that a quote says."""

    client_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    client = fields.Nested(ClientOut(), required=True)
    profile = fields.Nested(ProfileOut(), required=True)
    needs = fields.Nested(NeedsSchema(), required=True)
    recommended = fields.Text(max=20, required=True)
    recommendation_reasons = fields.List(fields.Text(max=300), required=True)
    choice_reason = fields.Text(max=COMMENT_LENGTH, required=True, allow_none=True)
    option_monthly = fields.Amount(required=True, allow_none=True)
    tariff_version = fields.Text(max=20, required=True)
    lines = fields.List(fields.Nested(LineOut()), required=True)
    documents = fields.List(fields.Nested(DocumentOut()), required=True)


class Prospect(Schema):
    """Whose quote it is."""

    id = fields.Id(required=True)
    civility = fields.Choice(Civility, required=True)
    first_name = fields.Text(max=NAME_LENGTH, required=True)
    last_name = fields.Text(max=NAME_LENGTH, required=True)


class QuoteRow(Schema):
    """A quote in a broker's list."""

    id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    version = fields.Integer(minimum=1, required=True)
    status = fields.Choice(SHOWN, required=True)
    status_label = fields.Text(max=40, required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(max=120, required=True)
    formula = fields.Text(max=20, required=True)
    formula_label = fields.Text(max=120, required=True)
    monthly = fields.Amount(required=True)
    annual = fields.Amount(required=True)
    effective_date = fields.Day(required=True)
    expires_on = fields.Day(required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    client = fields.Nested(Prospect(), required=True)


@quotes.route("")
class Quotes(MethodView):
    @requires("broker")
    @quotes.arguments(cursor_arguments, location="query")
    @quotes.response(200, page_schema(QuoteRow()))
    def get(self, query: dict[str, Any]) -> Any:
        """Les devis du courtier, du plus récent au plus ancien ; seule la recherche du portefeuille les trie."""
        actor = current_actor()
        limit: int = query["limit"]
        before = query["cursor"][0] if query["cursor"] else None
        rows = services().portfolio.quotes(actor.tenant, actor.id, before=before, limit=limit + 1)
        page, next_cursor = cut_page(rows, limit, lambda row: (row.id,))
        return page_of([quote_row(row) for row in page], next_cursor)

    @requires("broker")
    @quotes.arguments(QuoteIn())
    @quotes.response(201, QuoteOut())
    @idempotent(again=lambda quote_id: quote_detail(own_quote(quote_id)))
    def post(self, body: dict[str, Any]) -> Any:
        """Enregistre un devis ; son PDF est produit puis envoyé au client."""
        made = services()
        quote = create_quote(
            uow=unit_of_work(),
            offer=made.offer,
            towns=made.towns,
            broker=calling_broker(),
            **entered(body, product=body["product"]),
        )
        return quote_detail(quote)


@quotes.route("/<id:quote_id>")
class OneQuote(MethodView):
    @requires("broker", "manager")
    @quotes.response(200, QuoteOut())
    def get(self, quote_id: str) -> Any:
        """Un devis ; un courtier ne voit que les siens."""
        return quote_detail(own_quote(quote_id))


def entered(body: dict[str, Any], *, product: str) -> dict[str, Any]:
    """Return what the use cases are handed of a loaded QuoteEntries."""
    return {
        "wishes": wishes_from(
            body["profile"], needs=body["needs"], product=product, effective_date=body["effective_date"]
        ),
        "choice": Choice(body["formula"], body["with_option"], body["choice_reason"]),
        "client": Identity(**body["client"]),
    }


def own_quote(quote_id: str) -> Quote:
    """Return a quote to who may see it; NotFound("quote") to another broker."""
    actor = current_actor()
    quote: Quote = services().queries.quote(actor.tenant, quote_id)
    if actor.role == "broker" and quote.broker_id != actor.id:
        raise NotFound("quote")
    return quote


def calling_broker() -> Broker:
    """Return who calls, as known here; member is asked only about a broker who was never seen."""
    actor, made = current_actor(), services()
    known: Broker | None = made.queries.broker(actor.tenant, actor.id)
    if known is not None:
        return known
    asked: Broker = made.identity.broker(actor.tenant, actor.id)
    return asked


def quote_row(row: Any) -> dict[str, Any]:
    """Return a row of a list of quotes."""
    return {
        "id": row.id,
        "number": row.number,
        "version": row.version,
        "status": row.status.shown,
        "status_label": row.status.label,
        "product_code": row.product_code,
        "product_name": row.product_name,
        "formula": row.formula,
        "formula_label": row.formula_label,
        "monthly": row.monthly,
        "annual": row.monthly * MONTHS,
        "effective_date": row.effective_date,
        "expires_on": row.expires_on,
        "created_at": row.created_at,
        "client": {
            "id": row.client_id,
            "civility": row.civility,
            "first_name": row.first_name,
            "last_name": row.last_name,
        },
    }
