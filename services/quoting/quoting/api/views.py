"""The domain's objects as plain dictionaries, ready for the schemas or for the writer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quoting.domain.membership_file import MembershipFile
from quoting.domain.people import Broker
from quoting.domain.product_papers import MUST_READ, ProductPaper
from quoting.domain.quote import Quote
from quoting.domain.rating import Line
from quoting.domain.stages import LABELS as STAGES
from quoting.domain.stages import current_stage, stage_state
from quoting.domain.subscription import Assistance, Subscription


def line_view(line: Line) -> dict[str, Any]:
    """Return one step of a price."""
    return {
        "label": line.label,
        "table": line.table,
        "table_version": line.table_version,
        "key": line.key,
        "factor": line.factor,
        "amount": line.amount,
    }


def quote_summary(quote: Quote) -> dict[str, Any]:
    """Return a quote in a few words."""
    return {
        "id": quote.id,
        "number": quote.number,
        "version": quote.version,
        "status": quote.status.shown,
        "status_label": quote.status.label,
        "product_code": quote.product_code,
        "product_name": quote.product_name,
        "formula": quote.formula,
        "formula_label": quote.formula_label,
        "with_option": quote.with_option,
        "monthly": quote.monthly,
        "annual": quote.price.annual,
        "effective_date": quote.effective_date,
        "created_at": quote.created_at,
        "issued_at": quote.issued_at,
        "expires_on": quote.expires_on,
        "document_id": quote.document_id,
    }


def quote_detail(quote: Quote) -> dict[str, Any]:
    """Return everything that a quote says."""
    return {
        **quote_summary(quote),
        "client_id": quote.client_id,
        "subscription_id": quote.subscription_id,
        "client": asdict(quote.client),
        "profile": asdict(quote.profile),
        "needs": quote.needs.as_codes(),
        "recommended": quote.advice.recommended,
        "recommendation_reasons": list(quote.advice.reasons),
        "choice_reason": quote.advice.choice_reason,
        "option_monthly": quote.price.option_monthly,
        "tariff_version": quote.price.tariff_version,
        "lines": [line_view(line) for line in quote.price.lines],
        "documents": [document_view(document) for document in quote.documents],
    }


def document_view(paper: ProductPaper) -> dict[str, Any]:
    """Return a product document as a client is shown it."""
    return {
        "document_id": paper.document_id,
        "kind": paper.kind,
        "title": paper.title,
        "required": paper.kind in MUST_READ,
    }


def file_state(file: MembershipFile, subscription: Subscription) -> dict[str, Any]:
    """Return how far a file has come."""
    return {
        "id": file.id,
        "status": file.status,
        "status_label": file.status.label,
        "signature_label": subscription.signature.label,
        "contract_id": file.contract_id,
        "contract_number": file.contract_number,
    }


def beneficiary_views(subscription: Subscription) -> list[dict[str, Any]]:
    """Return who is covered, without what identifies him."""
    return [
        {
            "beneficiary_id": person.beneficiary_id,
            "role": person.role,
            "role_label": person.role.label,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "birth_date": person.birth_date,
        }
        for person in subscription.beneficiaries
    ]


def signature_view(subscription: Subscription) -> dict[str, Any]:
    """Return where the signature stands."""
    return {
        "mode": subscription.signature_mode,
        "state": subscription.signature,
        "label": subscription.signature.label,
        "subject": f"subscription:{subscription.id}",
        "ceremony_id": subscription.ceremony_id,
        "evidence_document_id": subscription.evidence_document_id,
    }


def assistance_view(assistance: Assistance, broker: Broker | None) -> dict[str, Any]:
    """Return who attested to be with the client, and when."""
    return {
        "broker_id": assistance.broker_id,
        "company": broker.company if broker else "",
        "attested_at": assistance.attested_at,
    }


def stage_views(subscription: Subscription | None, file: MembershipFile | None) -> list[dict[str, Any]]:
    """Return the six stages of a subscription."""
    current = current_stage(subscription, file)
    return [
        {"number": number, "label": label, "state": stage_state(number, current)}
        for number, label in enumerate(STAGES, start=1)
    ]


def piece_views(file: MembershipFile) -> list[dict[str, Any]]:
    """Return the pieces of a file."""
    return [
        {
            "code": piece.code,
            "label": piece.label,
            "kind": piece.kind,
            "mandatory": piece.mandatory,
            "status": piece.status,
            "status_label": piece.status.label,
            "document_id": piece.document_id,
            "requested_at": piece.requested_at or file.opened_at,
            "received_at": piece.received_at,
            "paper_received_on": piece.paper_received_on,
            "decided_at": piece.decided_at,
            "reason": piece.reason,
        }
        for piece in file.pieces
    ]
