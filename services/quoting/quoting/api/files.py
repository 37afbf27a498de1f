"""Membership files: the managers' queue, their verdicts on pieces, and the creation of the membership."""

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
from quoting.adapters.queries import FileView
from quoting.api.schemas import ClientOut, FileState, JudgedPieceOut, QuoteSummary
from quoting.api.subscriptions import AssistanceOut, BeneficiaryOut, SignatureOut
from quoting.api.texts import COMMENT_LENGTH, NAME_LENGTH
from quoting.api.views import (
    assistance_view,
    beneficiary_views,
    file_state,
    piece_views,
    quote_summary,
    signature_view,
)
from quoting.domain.membership_file import FileStatus
from quoting.domain.nir import masked_nir
from quoting.domain.people import Civility
from quoting.domain.pieces import PieceOutcome, PieceStatus
from quoting.usecases.create_contract import create_contract
from quoting.usecases.decide_piece import Verdict, correct_verdict, decide_piece, receive_paper

JUDGED = (PieceStatus.RECEIVED, PieceStatus.ACCEPTED, PieceStatus.REFUSED)

files = Blueprint("files", __name__, url_prefix="/v1/files", description="Dossiers d’adhésion")


class FileRow(FileState):
    """A file in the queue. `complete`: every mandatory piece is accepted."""

    subscription_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)
    quote_number = fields.Text(max=20, required=True)
    product_name = fields.Text(max=120, required=True)
    formula_label = fields.Text(max=120, required=True)
    civility = fields.Choice(Civility, required=True)
    first_name = fields.Text(max=NAME_LENGTH, required=True)
    last_name = fields.Text(max=NAME_LENGTH, required=True)
    opened_at = fields.Instant(required=True)
    transmitted_at = fields.Instant(required=True, allow_none=True)
    missing = fields.List(fields.Text(max=200), required=True)
    complete = fields.Boolean(required=True)


class PaymentOut(Schema):
    """Payment facts, the account numbers hidden but for their ends."""

    iban = fields.Text(max=50, required=True)
    bank = fields.Text(required=True, allow_none=True)
    account_holder = fields.Text(max=120, required=True)
    debit_day = fields.Integer(required=True)
    benefit_iban = fields.Text(max=50, required=True, allow_none=True)
    rum = fields.Text(max=35, required=True)


class ReadOut(Schema):
    """The proof of a reading: the document's fingerprint and the instant."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    sha256 = fields.Text(min=64, max=64, required=True)
    read_at = fields.Instant(required=True)


class FileOut(FileRow):
    """A file with everything a manager decides by."""

    quote = fields.Nested(QuoteSummary(), required=True)
    identity = fields.Nested(ClientOut(), required=True)
    nir_masked = fields.Text(max=30, required=True)
    beneficiaries = fields.List(fields.Nested(BeneficiaryOut()), required=True)
    payment = fields.Nested(PaymentOut(), required=True)
    signature = fields.Nested(SignatureOut(), required=True)
    pieces = fields.List(fields.Nested(JudgedPieceOut()), required=True)
    documents_read = fields.List(fields.Nested(ReadOut()), required=True)
    submitted_at = fields.Instant(required=True)
    tns_declared = fields.Boolean(required=True)
    teletransmission = fields.Boolean(required=True)
    marketing_objection = fields.Boolean(required=True)
    assistance = fields.Nested(AssistanceOut(), required=True, allow_none=True)
    attestations = fields.List(fields.Nested(AssistanceOut()), required=True)
    missing_at_creation = fields.List(fields.Text(max=60), required=True)
    valid_from = fields.Day(required=True, allow_none=True)
    member_id = fields.Id(required=True, allow_none=True)


class VerdictIn(Schema):
    """A verdict on one piece; a refusal says why. `signed_on`: the date written on a paper signed by hand."""

    outcome = fields.Choice(PieceOutcome, required=True)
    reason = fields.Text(max=COMMENT_LENGTH, load_default=None, allow_none=True)
    signed_on = fields.Day(load_default=None, allow_none=True)


class DecisionIn(VerdictIn):
    """`seen` is the status that the manager saw: if it changed meanwhile, his verdict is refused."""

    seen = fields.Choice([each.value for each in JUDGED], load_default=PieceStatus.RECEIVED.value)


class CorrectionIn(VerdictIn):
    """Another verdict in the place of the one that stands, and why; a refusal's reason is told to the client."""

    reason = fields.Text(max=COMMENT_LENGTH, required=True)
    seen = fields.Choice([PieceStatus.ACCEPTED.value, PieceStatus.REFUSED.value], required=True)


class ReceiptIn(VerdictIn):
    """A piece that came by post, and what the manager says of it."""

    received_on = fields.Day(required=True)


class ContractOut(Schema):
    """The contract just created."""

    id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    valid_from = fields.Day(required=True)
    missing_pieces = fields.List(fields.Text(max=60), required=True)


class FilesQuery(CursorArguments):
    """The queue's filter: its own files, or by the number of the quote any one, whose papers came by post."""

    status = fields.Choice([FileStatus.TRANSMITTED.value, FileStatus.CREATED.value], load_default=None)
    number = fields.Text(max=20, load_default=None)


@files.route("")
class Files(MethodView):
    @requires("manager")
    @files.arguments(FilesQuery(), location="query")
    @files.response(200, page_schema(FileRow()))
    def get(self, query: dict[str, Any]) -> Any:
        """Les dossiers transmis, du plus ancien au plus récent ; par numéro de devis, tout dossier."""
        limit: int = query["limit"]
        after = query["cursor"][0] if query["cursor"] else None
        status = FileStatus(query["status"]) if query["status"] else None
        found = services().queries.files(
            current_actor().tenant, status=status, number=query["number"], after=after, limit=limit + 1
        )
        page, next_cursor = cut_page(found, limit, lambda view: (view.file.id,))
        return page_of([_row(view) for view in page], next_cursor)


@files.route("/<id:file_id>")
class OneFile(MethodView):
    @requires("manager")
    @files.response(200, FileOut())
    def get(self, file_id: str) -> Any:
        """Un dossier, ses pièces et ce qui manque."""
        return _detail(services().queries.file(current_actor().tenant, file_id))


@files.route("/<id:file_id>/pieces/<id:document_id>/decision")
class PieceDecision(MethodView):
    @requires("manager")
    @files.arguments(DecisionIn())
    @files.response(200, FileOut())
    @idempotent
    def post(self, body: dict[str, Any], file_id: str, document_id: str) -> Any:
        """Accepte ou refuse une pièce."""
        decide_piece(
            uow=unit_of_work(),
            file_id=file_id,
            document_id=document_id,
            verdict=_verdict(body),
            seen=PieceStatus(body["seen"]),
        )
        return _detail(services().queries.file(current_actor().tenant, file_id))


@files.route("/<id:file_id>/pieces/<string:code>/receipt")
class PieceReceipt(MethodView):
    @requires("manager")
    @files.arguments(ReceiptIn())
    @files.response(200, FileOut())
    @idempotent
    def post(self, body: dict[str, Any], file_id: str, code: str) -> Any:
        """Constate la réception d’une pièce par courrier, et l’accepte ou la refuse."""
        receive_paper(
            uow=unit_of_work(),
            file_id=file_id,
            code=code,
            received_on=body["received_on"],
            verdict=_verdict(body),
        )
        return _detail(services().queries.file(current_actor().tenant, file_id))


@files.route("/<id:file_id>/pieces/<string:code>/correction")
class PieceCorrection(MethodView):
    @requires("manager")
    @files.arguments(CorrectionIn())
    @files.response(200, FileOut())
    @idempotent
    def post(self, body: dict[str, Any], file_id: str, code: str) -> Any:
        """Corrige le verdict rendu sur une pièce, même reçue par courrier, avec son motif."""
        correct_verdict(
            uow=unit_of_work(),
            file_id=file_id,
            code=code,
            verdict=_verdict(body),
            seen=PieceStatus(body["seen"]),
        )
        return _detail(services().queries.file(current_actor().tenant, file_id))


@files.route("/<id:file_id>/creation")
class Creation(MethodView):
    @requires("manager")
    @files.response(201, ContractOut())
    @idempotent
    def post(self, file_id: str) -> Any:
        """Crée l’adhésion : le contrat reçoit son numéro et part chez l’adhérent."""
        file = create_contract(
            uow=unit_of_work(), offer=services().offer, file_id=file_id, manager_id=current_actor().id
        )
        return {
            "id": file.contract_id,
            "number": file.contract_number,
            "valid_from": file.valid_from,
            "missing_pieces": file.missing_at_creation,
        }


def _verdict(body: dict[str, Any]) -> Verdict:
    return Verdict(
        outcome=body["outcome"],
        reason=body["reason"],
        manager_id=current_actor().id,
        signed_on=body["signed_on"],
    )


def _row(view: FileView) -> dict[str, Any]:
    file, subscription, quote = view.file, view.subscription, view.quote
    return {
        **file_state(file, subscription),
        "subscription_id": file.subscription_id,
        "quote_id": quote.id,
        "quote_number": quote.number,
        "product_name": quote.product_name,
        "formula_label": quote.formula_label,
        "civility": subscription.identity.civility,
        "first_name": subscription.identity.first_name,
        "last_name": subscription.identity.last_name,
        "opened_at": file.opened_at,
        "transmitted_at": file.transmitted_at,
        "missing": [piece.label for piece in file.missing],
        "complete": file.is_complete,
    }


def _detail(view: FileView) -> dict[str, Any]:
    file, subscription = view.file, view.subscription
    payment = subscription.payment
    queries = services().queries
    broker = queries.broker(subscription.tenant, file.broker_id)
    attestations = queries.attestations(subscription.tenant, subscription.id)
    return {
        **_row(view),
        "quote": quote_summary(view.quote),
        "identity": subscription.identity,
        "nir_masked": masked_nir(subscription.main.nir or ""),
        "beneficiaries": beneficiary_views(subscription),
        "payment": {
            "iban": masked_iban(payment.iban),
            "bank": payment.bank,
            "account_holder": payment.account_holder,
            "debit_day": payment.debit_day,
            "benefit_iban": masked_iban(payment.benefit_iban) if payment.benefit_iban else None,
            "rum": subscription.mandate.rum,
        },
        "signature": signature_view(subscription),
        "pieces": [
            {**view, "signed_on": piece.signed_on, "history": piece.history}
            for view, piece in zip(piece_views(file), file.pieces, strict=True)
        ],
        "documents_read": subscription.documents_read,
        "submitted_at": subscription.submitted_at,
        "tns_declared": subscription.tns_declared,
        "teletransmission": subscription.teletransmission,
        "marketing_objection": subscription.marketing_objection,
        "assistance": assistance_view(subscription.assistance, broker) if subscription.assistance else None,
        "attestations": [assistance_view(each, broker) for each in attestations],
        "missing_at_creation": file.missing_at_creation,
        "valid_from": file.valid_from,
        "member_id": file.member_id,
    }


def masked_iban(iban: str) -> str:
    """Return an IBAN fit for a screen: country, key and last four characters, in groups of four (docs/glossary.md)."""
    hidden = iban[:4] + "•" * (len(iban) - 8) + iban[-4:]
    return " ".join(hidden[start : start + 4] for start in range(0, len(hidden), 4))
