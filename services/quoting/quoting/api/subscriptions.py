"""Subscriptions: what the client reads before he subscribes, and what he submits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request
from flask.views import MethodView

from plumbing.auth import bearer_token
from plumbing.errors import NotFound
from plumbing.http import Blueprint, Schema, current_actor, fields, idempotent, requires, services, unit_of_work
from quoting.adapters.queries import FileView
from quoting.api.schemas import ClientIn, ClientOut, DocumentOut, FileState, PaperOut, PieceOut, QuoteSummary
from quoting.api.texts import ADDRESS_LENGTH, NAME_LENGTH, Name, Printed
from quoting.api.views import (
    assistance_view,
    beneficiary_views,
    document_view,
    file_state,
    piece_views,
    quote_summary,
    signature_view,
    stage_views,
)
from quoting.domain.mandate import DEBIT_DAYS
from quoting.domain.people import Broker, Civility, Identity
from quoting.domain.quote import Quote
from quoting.domain.stages import StageState
from quoting.domain.submission import Relative, Submission
from quoting.domain.subscription import Role, SignatureMode, SignatureState, Tie
from quoting.usecases.open_guest_session import session_fingerprint
from quoting.usecases.receive_piece import announce_piece
from quoting.usecases.submit_subscription import submit_subscription

subscriptions = Blueprint("subscriptions", __name__, url_prefix="/v1/subscriptions", description="Souscriptions")

LONGEST_NIR = 30
LONGEST_IBAN = 50
MOST_RELATIVES = 20
MOST_DOCUMENTS = 20
OPEN = "open"


class DebitDay(fields.Integer):
    """One of the three days of the month on which contributions are collected."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=DEBIT_DAYS[0], maximum=DEBIT_DAYS[-1], **options)
        self.metadata = {"type": "integer", "enum": list(DEBIT_DAYS)}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        day = super()._deserialize(value, attr, data, **kwargs)
        if day not in DEBIT_DAYS:
            raise self.make_error("invalid")
        return day


class RelativeIn(Schema):
    """Somebody to be covered beside the main insured. `nir` may be given later; `tie` is asked of a spouse."""

    role = fields.Choice([Role.SPOUSE.value, Role.CHILD.value], required=True)
    civility = fields.Choice(Civility, load_default=None, allow_none=True)
    first_name = Name(required=True)
    last_name = Name(required=True)
    birth_date = fields.BirthDate(required=True)
    nir = fields.Text(max=LONGEST_NIR, load_default=None, allow_none=True)
    tie = fields.Choice(Tie, load_default=None, allow_none=True)
    disabled = fields.Boolean(load_default=False)


class SubmissionIn(Schema):
    """The entries of the four screens. Nothing of them is stored before this call."""

    identity = fields.Nested(ClientIn(), required=True)
    nir = fields.Text(max=LONGEST_NIR, required=True)
    regime_declaration = fields.Boolean(load_default=True)
    tns_declared = fields.Boolean(required=True)
    mobile = fields.Mobile(load_default=None, allow_none=True)
    iban = fields.Text(max=LONGEST_IBAN, required=True)
    account_holder = Printed(max=ADDRESS_LENGTH, required=True)
    debit_day = DebitDay(required=True)
    benefit_iban = fields.Text(max=LONGEST_IBAN, load_default=None, allow_none=True)
    teletransmission = fields.Boolean(required=True)
    marketing_objection = fields.Boolean(required=True)
    documents_read = fields.List(fields.Id(), max=MOST_DOCUMENTS, required=True)
    documents_acknowledged = fields.Agreed(required=True)
    signature_mode = fields.Choice(SignatureMode, required=True)
    address_differs = fields.Boolean(load_default=False)
    beneficiaries = fields.List(fields.Nested(RelativeIn()), max=MOST_RELATIVES, required=True)


class ExpectedOut(Schema):
    """Whom the quote covers beside the main insured."""

    spouse_birth_date = fields.BirthDate(required=True, allow_none=True)
    children = fields.Integer(required=True)


class AdviserOut(Schema):
    """The broker, as the client may reach him."""

    company = fields.Text(required=True)
    display_name = fields.Text(required=True)
    email = fields.Text(max=254, required=True)
    phone = fields.Text(min=0, max=30, required=True)


class SignatureOut(Schema):
    """Where the signature stands; the ceremonies of `subject` are at signature."""

    mode = fields.Choice(SignatureMode, required=True)
    state = fields.Choice(SignatureState, required=True)
    label = fields.Text(max=20, required=True)
    subject = fields.Text(max=80, required=True)
    ceremony_id = fields.Id(required=True, allow_none=True)
    evidence_document_id = fields.Id(required=True, allow_none=True)


class BeneficiaryOut(Schema):
    """Somebody covered."""

    beneficiary_id = fields.Id(required=True)
    role = fields.Choice(Role, required=True)
    role_label = fields.Text(max=40, required=True)
    first_name = fields.Text(max=NAME_LENGTH, required=True)
    last_name = fields.Text(max=NAME_LENGTH, required=True)
    birth_date = fields.BirthDate(required=True)


class AssistanceOut(Schema):
    """Who attested that the client was with him, and when."""

    broker_id = fields.Id(required=True)
    company = fields.Text(min=0, max=255, required=True)
    attested_at = fields.Instant(required=True)


class StageOut(Schema):
    """One of the six stages of a subscription."""

    number = fields.Integer(minimum=1, maximum=6, required=True)
    label = fields.Text(max=120, required=True)
    state = fields.Choice(StageState, required=True)


class AnnouncementIn(Schema):
    """The document that answers a piece."""

    document_id = fields.Id(required=True)


class SubscriptionOut(Schema):
    """A subscription before and after it is submitted. `state`: open, or where the signature stands.

    `assistance`: it was submitted with a broker beside the client; `attestations`: whenever one was, at any step.
    """

    id = fields.Id(required=True)
    state = fields.Choice([OPEN, *(state.value for state in SignatureState)], required=True)
    quote = fields.Nested(QuoteSummary(), required=True)
    adviser = fields.Nested(AdviserOut(), required=True, allow_none=True)
    identity = fields.Nested(ClientOut(), required=True)
    expected = fields.Nested(ExpectedOut(), required=True)
    tns_required = fields.Boolean(required=True)
    debit_days = fields.List(fields.Integer(), required=True)
    documents = fields.List(fields.Nested(DocumentOut()), required=True)
    beneficiaries = fields.List(fields.Nested(BeneficiaryOut()), required=True)
    signature = fields.Nested(SignatureOut(), required=True, allow_none=True)
    papers = fields.List(fields.Nested(PaperOut()), required=True)
    sealed_papers = fields.List(fields.Nested(PaperOut()), required=True)
    file = fields.Nested(FileState(), required=True, allow_none=True)
    pieces = fields.List(fields.Nested(PieceOut()), required=True)
    stages = fields.List(fields.Nested(StageOut()), required=True)
    assistance = fields.Nested(AssistanceOut(), required=True, allow_none=True)
    attestations = fields.List(fields.Nested(AssistanceOut()), required=True)


@subscriptions.route("/<id:subscription_id>")
class OneSubscription(MethodView):
    @requires("guest", "broker", "manager", scope="subscription")
    @subscriptions.response(200, SubscriptionOut())
    def get(self, subscription_id: str) -> Any:
        """Une souscription : ce qui est prérempli, à lire, à signer et à fournir."""
        return subscription_view(subscription_id)


@subscriptions.route("/<id:subscription_id>/submission")
class OneSubmission(MethodView):
    @requires("guest", scope="subscription")
    @subscriptions.arguments(SubmissionIn())
    @subscriptions.response(201, SubscriptionOut())
    @idempotent
    def post(self, body: dict[str, Any], subscription_id: str) -> Any:
        """Valide la souscription : tout est contrôlé puis enregistré, une seule fois."""
        made = services()
        submit_subscription(
            uow=unit_of_work(),
            offer=made.offer,
            towns=made.towns,
            banks=made.banks,
            subscription_id=subscription_id,
            submission=_submission(body),
            session=session_fingerprint(bearer_token(request.headers.get("Authorization")) or ""),
        )
        return subscription_view(subscription_id)


@subscriptions.route("/<id:subscription_id>/pieces/<string:code>/announcement")
class PieceAnnouncement(MethodView):
    @requires("guest", "broker", scope="subscription")
    @subscriptions.arguments(AnnouncementIn())
    @subscriptions.response(200, SubscriptionOut())
    @idempotent
    def post(self, body: dict[str, Any], subscription_id: str, code: str) -> Any:
        """Dit de quelle pièce il s’agit, quand plusieurs sont de même nature (une attestation par personne)."""
        subscription_view(subscription_id)  # whoever may not see it finds nothing to announce to
        announce_piece(uow=unit_of_work(), subscription_id=subscription_id, code=code, document_id=body["document_id"])
        return subscription_view(subscription_id)


def subscription_view(subscription_id: str) -> dict[str, Any]:
    """Return a subscription as its guest, its broker or a manager may see it; NotFound for anybody else's."""
    actor, made = current_actor(), services()
    quote: Quote = made.queries.quote_of_subscription(actor.tenant, subscription_id)
    if actor.role == "broker" and quote.broker_id != actor.id:
        raise NotFound("subscription")
    broker = made.queries.broker(actor.tenant, quote.broker_id)
    product = made.offer.catalogue.product(actor.tenant, quote.product_code)
    view = {
        "id": subscription_id,
        "state": OPEN,
        "quote": quote_summary(quote),
        "adviser": broker,
        "identity": quote.client,
        "expected": quote.profile,
        "tns_required": product.self_employed_only,
        "debit_days": list(DEBIT_DAYS),
        "documents": [document_view(document) for document in quote.documents],
        "beneficiaries": [],
        "signature": None,
        "papers": [],
        "sealed_papers": [],
        "file": None,
        "pieces": [],
        "stages": stage_views(None, None),
        "assistance": None,
        "attestations": [
            assistance_view(each, broker) for each in made.queries.attestations(actor.tenant, subscription_id)
        ],
    }
    found = made.queries.file_of_subscription(actor.tenant, subscription_id)
    return view if found is None else view | _submitted(found, broker)


def _submitted(found: FileView, broker: Broker | None) -> dict[str, Any]:
    subscription = found.subscription
    return {
        "state": subscription.signature,
        "identity": subscription.identity,
        "beneficiaries": beneficiary_views(subscription),
        "signature": signature_view(subscription),
        "papers": subscription.papers,
        "sealed_papers": subscription.sealed_papers,
        "file": file_state(found.file, subscription),
        "pieces": piece_views(found.file),
        "stages": stage_views(subscription, found.file),
        "assistance": assistance_view(subscription.assistance, broker) if subscription.assistance else None,
    }


def _submission(body: dict[str, Any]) -> Submission:
    identity = Identity(**body["identity"])
    # The number to sign with is asked on its own; it is the one that counts.
    if body["mobile"] is not None:
        identity = replace(identity, mobile=body["mobile"])
    return Submission(
        identity=identity,
        nir=body["nir"],
        same_regime_declared=body["regime_declaration"],
        tns_declared=body["tns_declared"],
        iban=body["iban"],
        account_holder=body["account_holder"],
        debit_day=body["debit_day"],
        benefit_iban=body["benefit_iban"],
        teletransmission=body["teletransmission"],
        marketing_objection=body["marketing_objection"],
        documents_read=tuple(body["documents_read"]),
        signature_mode=body["signature_mode"],
        relatives=tuple(Relative(**{**each, "role": Role(each["role"])}) for each in body["beneficiaries"]),
        address_differs=body["address_differs"],
    )
