"""A client's file as his broker reads it: who he is, his position, his quotes, his contracts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask.views import MethodView

from plumbing.clock import paris_date
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
from quoting.adapters.queries import FileView
from quoting.api.portfolio import ClientRow, person_view
from quoting.api.quotes import QuoteRow, quote_row
from quoting.api.schemas import SHORT, NeedsSchema, ProfileFields
from quoting.api.subscriptions import BeneficiaryOut
from quoting.api.texts import NAME_LENGTH
from quoting.api.views import beneficiary_views
from quoting.domain.membership_file import FileStatus
from quoting.domain.quote import QuoteStatus

client_files = Blueprint("client_files", __name__, url_prefix="/v1/portfolio", description="Dossier d’un client")

NOTHING = Decimal("0.00")
FIRST_AMENDMENT = "0001"
"""A contract as signed is its amendment 1; member numbers those that follow."""


class AccountOut(Schema):
    """What the client owes or is owed: zero until member has an account of contributions for him."""

    arrears = fields.Amount(required=True)
    unallocated = fields.Amount(required=True)
    balance = fields.Amount(required=True)


class ClientFileOut(ClientRow):
    """The head of a client's file."""

    birth_name = fields.Text(max=NAME_LENGTH, required=True, allow_none=True)
    email = fields.Text(max=254, required=True)
    mobile = fields.Text(max=20, required=True, allow_none=True)
    account = fields.Nested(AccountOut(), required=True)


class ContractRow(Schema):
    """A membership request, here called a contract; it has its number from « Adhésion créée » on."""

    id = fields.Id(required=True)
    contract_id = fields.Id(required=True, allow_none=True)
    number = fields.Text(max=20, required=True, allow_none=True)
    product_name = fields.Text(max=SHORT, required=True)
    formula_label = fields.Text(max=SHORT, required=True)
    progress = fields.Choice(FileStatus, required=True)
    progress_label = fields.Text(max=40, required=True)
    managed_by = fields.Text(max=255, required=True)
    annual = fields.Amount(required=True)


class ContractDetail(ContractRow):
    """Everything that a contract's page shows."""

    client_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)
    quote_number = fields.Text(max=20, required=True)
    quote_version = fields.Integer(minimum=1, required=True)
    amendment = fields.Text(max=4, required=True)
    signature_label = fields.Text(max=20, required=True)
    monthly = fields.Amount(required=True)
    effective_date = fields.Day(required=True)
    main_due_date = fields.Text(max=5, required=True)
    next_renewal = fields.Day(required=True)
    payment_means = fields.Text(max=40, required=True)
    payment_calendar = fields.Text(max=40, required=True)
    profile = fields.Nested(ProfileFields(), required=True)
    needs = fields.Nested(NeedsSchema(), required=True)
    product_code = fields.Text(max=60, required=True)
    covered = fields.List(fields.Nested(BeneficiaryOut()), required=True)


class FileListQuery(CursorArguments):
    """Page by page."""


@client_files.route("/clients/<id:client_id>")
class OneClientFile(MethodView):
    @requires("broker")
    @client_files.response(200, ClientFileOut())
    def get(self, client_id: str) -> Any:
        """L’en-tête du dossier d’un client."""
        row = _own_client(client_id)
        identity = row.identity
        return {
            "id": row.id,
            **person_view(identity),
            "birth_name": identity.birth_name,
            "email": identity.email,
            "mobile": identity.mobile,
            "account": {"arrears": NOTHING, "unallocated": NOTHING, "balance": NOTHING},
        }


@client_files.route("/clients/<id:client_id>/quotes")
class QuotesOfClient(MethodView):
    @requires("broker")
    @client_files.arguments(FileListQuery(), location="query")
    @client_files.response(200, page_schema(QuoteRow()))
    def get(self, query: dict[str, Any], client_id: str) -> Any:
        """Les devis d’un client ; ceux qui sont signés sont devenus des contrats et n’y sont plus."""
        _own_client(client_id)
        actor = current_actor()
        limit: int = query["limit"]
        rows = services().portfolio.quotes(
            actor.tenant,
            actor.id,
            client_id=client_id,
            without=QuoteStatus.SUBSCRIBED,
            before=query["cursor"][0] if query["cursor"] else None,
            limit=limit + 1,
        )
        page, next_cursor = cut_page(rows, limit, lambda row: (row.id,))
        return page_of([quote_row(row) for row in page], next_cursor)


@client_files.route("/clients/<id:client_id>/contracts")
class ContractsOfClient(MethodView):
    @requires("broker")
    @client_files.arguments(FileListQuery(), location="query")
    @client_files.response(200, page_schema(ContractRow()))
    def get(self, query: dict[str, Any], client_id: str) -> Any:
        """Les demandes d’adhésion d’un client."""
        _own_client(client_id)
        actor = current_actor()
        limit: int = query["limit"]
        before = query["cursor"][0] if query["cursor"] else None
        found = services().portfolio.contracts(actor.tenant, actor.id, client_id, before=before, limit=limit + 1)
        page, next_cursor = cut_page(found, limit, lambda view: (view.file.id,))
        managed_by = _company()
        return page_of([_contract_row(view, managed_by) for view in page], next_cursor)


@client_files.route("/contracts/<id:contract_id>")
class OneContract(MethodView):
    @requires("broker")
    @client_files.response(200, ContractDetail())
    def get(self, contract_id: str) -> Any:
        """Un contrat, de la demande d’adhésion jusqu’à l’adhésion créée."""
        actor = current_actor()
        view = services().portfolio.contract(actor.tenant, actor.id, contract_id)
        return _contract_detail(view)


def _own_client(client_id: str) -> Any:
    actor = current_actor()
    return services().portfolio.client(actor.tenant, actor.id, client_id)


def _company() -> str:
    actor = current_actor()
    broker = services().queries.broker(actor.tenant, actor.id)
    return broker.company if broker else ""


def _contract_row(view: FileView, managed_by: str) -> dict[str, Any]:
    return {
        "id": view.file.id,
        "contract_id": view.file.contract_id,
        "number": view.file.contract_number,
        "product_name": view.quote.product_name,
        "formula_label": view.quote.formula_label,
        "progress": view.file.status,
        "progress_label": view.file.status.label,
        "managed_by": managed_by,
        "annual": view.quote.price.annual,
    }


def _contract_detail(view: FileView) -> dict[str, Any]:
    quote, subscription, made = view.quote, view.subscription, services()
    terms = made.offer.catalogue.product(quote.tenant, quote.product_code).payment
    effective = view.file.valid_from or quote.effective_date
    profile = quote.profile
    return {
        **_contract_row(view, _company()),
        "client_id": subscription.person_id,
        "quote_id": quote.id,
        "quote_number": quote.number,
        "quote_version": quote.version,
        "amendment": FIRST_AMENDMENT,
        "signature_label": subscription.signature.label,
        "monthly": quote.monthly,
        "effective_date": effective,
        "main_due_date": terms.due,
        "next_renewal": terms.next_renewal(effective, today=paris_date(made.clock.now())),
        "payment_means": terms.means,
        "payment_calendar": terms.calendar,
        "profile": profile,
        "needs": quote.needs.as_codes(),
        "product_code": quote.product_code,
        "covered": beneficiary_views(subscription),
    }
