"""The HTTP half of the plumbing. A service's `api` room reads:

    blp = Blueprint("quotes", __name__, description="Devis")

    @blp.route("/quotes/<id:quote_id>")
    class OneQuote(MethodView):
        @requires("broker", "manager")
        @blp.response(200, QuoteOut())
        def get(self, quote_id): ...

    @blp.route("/quotes")
    class Quotes(MethodView):
        @requires("broker")
        @blp.arguments(cursor_arguments, location="query")
        @blp.response(200, page_schema(QuoteSummary()))
        def get(self, query):
            rows = queries.quotes(..., after=query["cursor"], limit=query["limit"] + 1)
            items, next_cursor = cut_page(rows, query["limit"], lambda row: (row.id,))
            return page_of(items, next_cursor)

        @requires("broker")
        @blp.arguments(QuoteIn())
        @blp.response(201, QuoteOut())
        @idempotent
        def post(self, body):
            return issue_quote(uow=unit_of_work(), broker_id=current_actor().id, **body)

Edits: `@conditional` under `@requires`, `if_match()` for the version seen, `return value, {"ETag": etag_of(version)}`.
"""

from plumbing.auth import Actor
from plumbing.http.app import create_api_app
from plumbing.http.blueprint import Blueprint, services
from plumbing.http.etags import conditional, etag_of, if_match, not_modified
from plumbing.http.guards import actor_key, current_actor, public, requires, unguarded_routes
from plumbing.http.idempotency import current_claim, idempotent, unit_of_work
from plumbing.http.messages import refusal
from plumbing.http.paging import CursorArguments, cursor_arguments, cut_page, encode_cursor, page_of, page_schema
from plumbing.http.payload import json_response
from plumbing.http.problems import ErrorTable, Problem, ProblemRaised
from plumbing.http.rate_limit import check_rate, documented_limit, limited
from plumbing.http.schema import Schema

__all__ = [
    "Actor",
    "Blueprint",
    "CursorArguments",
    "ErrorTable",
    "Problem",
    "ProblemRaised",
    "Schema",
    "actor_key",
    "check_rate",
    "conditional",
    "create_api_app",
    "current_actor",
    "current_claim",
    "cursor_arguments",
    "cut_page",
    "documented_limit",
    "encode_cursor",
    "etag_of",
    "idempotent",
    "if_match",
    "json_response",
    "limited",
    "not_modified",
    "page_of",
    "page_schema",
    "public",
    "refusal",
    "requires",
    "services",
    "unguarded_routes",
    "unit_of_work",
]
