"""A ceremony as its signer sees it, ready to be written: the answer of every route."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from signature.domain.ceremony import Ceremony
from signature.domain.consents import Statement
from signature.domain.refusal import REASON_LABELS
from signature.domain.relief import RELIEFS
from signature.domain.signer import masked
from signature.domain.state import signature_label

_REASONS = [{"code": code.value, "label": label} for code, label in REASON_LABELS.items()]


def ceremony_view(ceremony: Ceremony, now: datetime, *, session: str | None) -> dict[str, Any]:
    """Return the whole ceremony; nothing of a signer but his name and his masked number.

    A code is shown to the browser session that asked for it alone; None is who signs nothing, and sees them all.
    """
    signer = ceremony.signer
    standing = ceremony.standing(now)
    waiting = ceremony.next_document()
    return {
        "id": ceremony.id,
        "subject": ceremony.subject,
        "product_name": ceremony.product_name,
        "quote_number": ceremony.quote_number,
        "state": standing.value,
        "signature_label": signature_label(standing),
        "reference": ceremony.reference,
        "signer_mobile_masked": masked(signer.identity.mobile),
        "signers": [
            {
                "rank": each.rank,
                "name": each.identity.full_name,
                "mobile_masked": masked(each.identity.mobile),
                "signed_at": each.signed_at,
                "is_next": each is signer and each.signed_at is None,
            }
            for each in ceremony.signers
        ],
        "documents": [
            {
                "document_id": document.document_id,
                "position": document.position,
                "kind": document.kind,
                "title": document.title,
                "pages": document.page_count,
                "pages_viewed": signer.pages_viewed(document.document_id),
                "accepted_at": signer.accepted_at(document.document_id),
            }
            for document in ceremony.documents
        ],
        "next_document_id": waiting.document_id if waiting else None,
        "consents": _statements(ceremony.document_statements),
        "provider_consents": _statements(ceremony.provider_statements),
        "refusal_reasons": _REASONS,
        "code": _code(ceremony, session),
        "tries_left": signer.tries_left,
        "reliefs_left": RELIEFS - signer.reliefs,
        "adviser": {
            "name": ceremony.adviser.name,
            "phone": ceremony.adviser.phone,
            "email": ceremony.adviser.email,
        },
        "opened_at": ceremony.opened_at,
        "expires_at": ceremony.expires_at,
        "ended_at": ceremony.ended_at,
    }


def _statements(statements: tuple[Statement, ...]) -> list[dict[str, str]]:
    return [{"code": statement.code, "text": statement.text} for statement in statements]


def _code(ceremony: Ceremony, session: str | None) -> dict[str, Any] | None:
    last = ceremony.signer.last_code
    if last is None or (session is not None and last.session != session):
        return None
    if ceremony.signer.codes_before_round == last.sequence:
        return None
    return {
        "sent_at": last.sent_at,
        "expires_at": last.expires_at,
        "resend_at": ceremony.signer.resend_at(),
        "sends_left": ceremony.signer.sends_left,
    }
