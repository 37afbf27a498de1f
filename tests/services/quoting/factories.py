"""Requests and events as others would send them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.transport import Delivery

BROKER_ID = "0199d1c2-5a7e-7c31-9d0f-000000000001"
OTHER_BROKER_ID = "0199d1c2-5a7e-7c31-9d0f-000000000002"
MANAGER_ID = "0199d1c2-5a7e-7c31-9d0f-000000000003"
NIR = "285051601500173"
IBAN = "FR1420041010050500013M02606"
OTHER_IBAN = "FR7630006000011234567890189"


def needs(**changes: str) -> dict[str, str]:
    return {
        "optical": "extra",
        "dental": "medium",
        "hearing": "minimal",
        "hospital": "minimal",
        "fees": "extra",
        **changes,
    }


def profile(**changes: Any) -> dict[str, Any]:
    """The reference profile: born 1985, Régime Général, department 16, alone."""
    return {
        "regime": "general",
        "postcode": "16000",
        "town": "Angoulême",
        "birth_date": "1985-05-14",
        "spouse_birth_date": None,
        "children": 0,
        **changes,
    }


def prices(**changes: Any) -> dict[str, Any]:
    known = profile()
    return {
        **known,
        "product": "horizon-tns",
        "effective_date": "2026-12-01",
        "needs": needs(),
        **changes,
    }


def client(**changes: Any) -> dict[str, Any]:
    return {
        "civility": "madame",
        "last_name": "Moreau",
        "birth_name": None,
        "first_name": "Julie",
        "birth_date": "1985-05-14",
        "address": "12 rue de la République",
        "address_extra": None,
        "postcode": "16000",
        "town": "Angoulême",
        "country": "FR",
        "email": "julie.moreau@example.org",
        "mobile": None,
        **changes,
    }


def quote(**changes: Any) -> dict[str, Any]:
    return {
        "product": "horizon-tns",
        "formula": "300",
        "with_option": False,
        "choice_reason": None,
        "effective_date": "2026-12-01",
        "profile": profile(),
        "needs": needs(),
        "client": client(),
        **changes,
    }


def family_quote(**changes: Any) -> dict[str, Any]:
    """A couple with two children."""
    return quote(profile=profile(spouse_birth_date="1987-02-03", children=2), **changes)


def relatives() -> list[dict[str, Any]]:
    """The people of `family_quote`."""
    return [
        {
            "role": "spouse",
            "civility": "monsieur",
            "first_name": "Paul",
            "last_name": "Moreau",
            "birth_date": "1987-02-03",
            "nir": None,
            "tie": "married",
        },
        {"role": "child", "first_name": "Léa", "last_name": "Moreau", "birth_date": "2015-06-01", "nir": None},
        {"role": "child", "first_name": "Noé", "last_name": "Moreau", "birth_date": "2018-09-12", "nir": None},
    ]


def submission(documents: list[str], **changes: Any) -> dict[str, Any]:
    return {
        "identity": client(),
        "nir": NIR,
        "regime_declaration": True,
        "tns_declared": True,
        "mobile": "06 12 34 56 78",
        "iban": IBAN,
        "account_holder": "Julie Moreau",
        "debit_day": 5,
        "benefit_iban": None,
        "teletransmission": True,
        "marketing_objection": False,
        "documents_read": documents,
        "documents_acknowledged": True,
        "signature_mode": "electronic",
        "beneficiaries": [],
        **changes,
    }


def delivery(
    type: str,
    data: dict[str, Any],
    *,
    subject: str,
    time: datetime,
    tenant: str = "rives",
    event_id: str | None = None,
    sequence: int = 1,
    sealed: str | None = None,
) -> Delivery:
    """The message as it would come off the bus."""
    envelope = Envelope(
        id=event_id or new_id(),
        source=f"/parapluie/{type.partition('.')[0]}",
        type=type,
        subject=subject,
        time=time,
        tenant=tenant,
        sequence=sequence,
        correlation_id=new_id(),
        causation_id=new_id(),
        traceparent=None,
        data=data,
    )
    body = on_the_wire(envelope.to_json(), sealed, None)
    return Delivery(body, envelope.id, type, type, False, 0, None, "parapluie.events")
