"""The broker's agenda: read, filtered, closed, opened again, exported. He sees his own and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask.views import MethodView

from plumbing.clock import paris_date
from plumbing.http import (
    Blueprint,
    Schema,
    actor_key,
    conditional,
    current_actor,
    cut_page,
    etag_of,
    fields,
    if_match,
    json_response,
    limited,
    requires,
    services,
    unit_of_work,
)
from plumbing.http.paging import Cursor
from quoting.adapters.agenda import AgendaFilter
from quoting.adapters.sheets import CSV, XLSX, Heading, csv_chunks, xlsx_chunks
from quoting.api.quotes import Prospect
from quoting.api.schemas import SHORT
from quoting.domain.agenda import Happening, description
from quoting.domain.people import Civility
from quoting.usecases.agenda import close_event

agenda = Blueprint("agenda", __name__, url_prefix="/v1/agenda", description="Agenda du courtier")

MOST_EVENTS = 1000
LONGEST_FILTER = 100
# A large export keeps a thread busy for seconds: nobody needs more of them, and nobody gets all threads.
_EXPORTS = "12/minute"
_BYTES = {"type": "string", "format": "binary"}
_AGENDA_HEADINGS = (
    Heading("Effet le", 12),
    Heading("Description", 90),
    Heading("Détail", 50),
    Heading("Domaine d’application", 32),
    Heading("Créé le", 17),
    Heading("Clôturé le", 17),
)
_QUOTE_HEADINGS = (
    Heading("N° de devis", 18),
    Heading("Version", 8),
    Heading("État", 24),
    Heading("Civilité", 11),
    Heading("Nom", 24),
    Heading("Prénom", 20),
    Heading("Produit", 22),
    Heading("Formule", 24),
    Heading("Cotisation mensuelle", 20),
    Heading("Effet le", 12),
    Heading("Créé le", 12),
    Heading("Expire le", 12),
)


class AgendaEventOut(Schema):
    """One event. `domain` is the quote's number, or the contract's once there is one; `revision` is its ETag."""

    id = fields.Id(required=True)
    happening = fields.Choice(Happening, required=True)
    label = fields.Text(max=SHORT, required=True)
    description = fields.Text(max=600, required=True)
    detail = fields.Text(max=800, required=True, allow_none=True)
    domain = fields.Text(max=60, required=True)
    client = fields.Nested(Prospect(), required=True)
    quote_id = fields.Id(required=True)
    product_name = fields.Text(max=SHORT, required=True)
    formula_label = fields.Text(max=SHORT, required=True)
    effective_date = fields.Day(required=True)
    created_at = fields.Instant(required=True)
    closed_at = fields.Instant(required=True, allow_none=True)
    revision = fields.Integer(minimum=1, required=True)


class AgendaPage(Schema):
    """Events, newest first, and how many there are in all."""

    items = fields.List(fields.Nested(AgendaEventOut()), required=True, max=MOST_EVENTS)
    total = fields.Integer(required=True)
    next_cursor = fields.Text(max=512, required=True, allow_none=True)


class AgendaWanted(Schema):
    """The filter. `closed` true: closed events too; every word of `text` must be in the event."""

    text = fields.Text(min=0, max=LONGEST_FILTER, load_default="")
    closed = fields.Boolean(load_default=False)
    client_id = fields.Id(load_default=None)
    quote_id = fields.Id(load_default=None)


class AgendaSearch(AgendaWanted):
    """A search. In the body and not in the address, which is logged on its way: its text may be a name."""

    cursor = Cursor(load_default=None, metadata={"description": "next_cursor de la page précédente."})
    limit = fields.Integer(minimum=1, maximum=MOST_EVENTS, load_default=MOST_EVENTS)


class SheetFormat(Schema):
    """The kind of file."""

    format = fields.Choice(("csv", "xlsx"), load_default="csv")


class ExportIn(AgendaWanted, SheetFormat):
    """The same filter, and the kind of file."""


class ClosingIn(Schema):
    """Whether the event is closed."""

    closed = fields.Boolean(required=True)


@agenda.route("/searches")
class AgendaSearches(MethodView):
    @requires("broker")
    @agenda.arguments(AgendaSearch())
    @agenda.response(200, AgendaPage())
    def post(self, search: dict[str, Any]) -> Any:
        """Les événements des devis et contrats du courtier, du plus récent au plus ancien."""
        reads, wanted, limit = services().agenda, _wanted(search), search["limit"]
        before = search["cursor"][0] if search["cursor"] else None
        page, next_cursor = cut_page(reads.page(wanted, before=before, limit=limit + 1), limit, lambda row: (row.id,))
        complete = before is None and next_cursor is None
        return json_response(
            {
                "items": [_view(row) for row in page],
                "total": len(page) if complete else reads.total(wanted),
                "next_cursor": next_cursor,
            }
        )


@agenda.route("/<id:event_id>")
class OneEvent(MethodView):
    @requires("broker")
    @agenda.response(200, AgendaEventOut())
    def get(self, event_id: str) -> Any:
        """Un événement, clôturé ou non."""
        return _one(event_id)

    @requires("broker")
    @conditional
    @agenda.arguments(ClosingIn())
    @agenda.response(200, AgendaEventOut())
    def put(self, body: dict[str, Any], event_id: str) -> Any:
        """Clôture un événement, ou le rouvre."""
        close_event(
            uow=unit_of_work(),
            broker_id=current_actor().id,
            event_id=event_id,
            seen=if_match(),
            closed=body["closed"],
        )
        return _one(event_id)


@agenda.route("/exports")
class AgendaExports(MethodView):
    @requires("broker")
    @limited(_EXPORTS, by=actor_key)
    @agenda.arguments(ExportIn())
    @agenda.response(200, _BYTES, content_type="*/*", description="Le fichier.")  # type: ignore[arg-type]
    def post(self, search: dict[str, Any]) -> Response:
        """L’agenda tel qu’il est filtré, en entier, pour un tableur."""
        rows = services().agenda.every(_wanted(search))
        return _sheet(search["format"], "agenda", "Agenda", _AGENDA_HEADINGS, map(_event_cells, rows))


@agenda.route("/untransformed-quotes")
class UntransformedQuotes(MethodView):
    @requires("broker")
    @limited(_EXPORTS, by=actor_key)
    @agenda.arguments(SheetFormat(), location="query")
    @agenda.response(200, _BYTES, content_type="*/*", description="Le fichier.")  # type: ignore[arg-type]
    def get(self, query: dict[str, Any]) -> Response:
        """Tous les devis qui n’ont pas (encore) donné de contrat, pour un tableur."""
        actor = current_actor()
        rows = services().agenda.untransformed_quotes(actor.tenant, actor.id)
        name = "devis-non-transformes"
        return _sheet(query["format"], name, "Devis non transformés", _QUOTE_HEADINGS, map(_quote_cells, rows))


def _wanted(search: dict[str, Any]) -> AgendaFilter:
    actor = current_actor()
    return AgendaFilter(
        tenant=actor.tenant,
        broker_id=actor.id,
        text=search["text"],
        with_closed=search["closed"],
        client_id=search["client_id"],
        quote_id=search["quote_id"],
    )


def _one(event_id: str) -> Any:
    actor = current_actor()
    row = services().agenda.event(actor.tenant, actor.id, event_id)
    return _view(row), {"ETag": etag_of(row.revision)}


def _view(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "happening": row.happening,
        "label": row.happening.label,
        "description": _description(row),
        "detail": row.detail,
        "domain": row.domain,
        "client": {
            "id": row.client_id,
            "civility": row.civility,
            "first_name": row.first_name,
            "last_name": row.last_name,
        },
        "quote_id": row.quote_id,
        "product_name": row.product_name,
        "formula_label": row.formula_label,
        "effective_date": row.effective_date,
        "created_at": row.happened_at,
        "closed_at": row.closed_at,
        "revision": row.revision,
    }


def _description(row: Any) -> str:
    return description(
        row.happening,
        civility=Civility(row.civility),
        first_name=row.first_name,
        last_name=row.last_name,
        product=row.product_name,
        formula=row.formula_label,
    )


def _event_cells(row: Any) -> tuple[Any, ...]:
    return row.effective_date, _description(row), row.detail, row.domain, row.happened_at, row.closed_at


def _quote_cells(row: Any) -> tuple[Any, ...]:
    return (
        row.number,
        row.version,
        row.status.label,
        Civility(row.civility).label,
        row.last_name,
        row.first_name,
        row.product_name,
        row.formula_label,
        row.monthly,
        row.effective_date,
        row.created_on,
        row.expires_on,
    )


def _sheet(kind: str, name: str, title: str, headings: tuple[Heading, ...], rows: Iterator[tuple[Any, ...]]) -> Any:
    chunks = csv_chunks(headings, rows) if kind == "csv" else xlsx_chunks(title, headings, rows)
    response = Response(chunks, content_type=CSV if kind == "csv" else XLSX)
    today = paris_date(services().clock.now())
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{today:%Y-%m-%d}.{kind}"'
    return response
