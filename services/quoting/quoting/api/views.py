"""The domain's objects as plain dictionaries, ready for the schemas or for the writer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from quoting.domain.membership_file import MembershipFile
from quoting.domain.pieces import Piece
from quoting.domain.product_papers import MUST_READ, ProductPaper
from quoting.domain.quote import Quote
from quoting.domain.rating import Line
from quoting.domain.subscription import Subscription


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


def piece_views(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
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
            "received_at": piece.received_at,
            "decided_at": piece.decided_at,
            "reason": piece.reason,
        }
        for piece in pieces
    ]
