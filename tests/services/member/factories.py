"""What quoting says to member, and people to sign in, with defaults that a test changes where it matters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.sealing import EventSealer
from plumbing.transport import Delivery

PASSWORD = "Un-Parapluie-2026!"


def client(**changes: Any) -> dict[str, Any]:
    """The client's details as sealed for member."""
    return {
        "civility": "madame",
        "first_name": "Nadia",
        "last_name": "Morel",
        "birth_name": "Petit",
        "birth_date": "1985-05-14",
        "email": "nadia.morel@example.org",
        "mobile": "+33612345678",
        "address": "12 rue des Forges",
        "address_extra": None,
        "postcode": "29200",
        "town": "Brest",
        "country": "FR",
        **changes,
    }


def submitted(**changes: Any) -> dict[str, Any]:
    """The clear part of quoting.subscription.submitted.v1."""
    return {
        "subscription_id": new_id(),
        "quote_id": new_id(),
        "person_id": new_id(),
        "product_code": "horizon-tns",
        "signature_mode": "electronic",
        "teletransmission": True,
        "marketing_objection": False,
        **changes,
    }


def created(**changes: Any) -> dict[str, Any]:
    """The clear part of quoting.contract.created.v1."""
    return {
        "contract_id": new_id(),
        "number": f"RIS-C-{new_id()[-8:]}",
        "subscription_id": new_id(),
        "quote_id": new_id(),
        "broker_id": new_id(),
        "product_code": "horizon-tns",
        "product_name": "Horizon TNS",
        "formula": "Formule 300",
        "formula_level": "300",
        "with_option": False,
        "regime": "tns",
        "monthly": "115.23",
        "valid_from": "2026-12-01",
        "debit_day": 5,
        "beneficiaries": [],
        **changes,
    }


def contract_secrets(**changes: Any) -> dict[str, Any]:
    """The part of quoting.contract.created.v1 sealed for member."""
    return {
        "email": "nadia.morel@example.org",
        "nir": "285052912300119",
        "iban": "FR7630006000011234567890189",
        "account_holder": "Nadia Morel",
        "benefit_iban": None,
        "mandate": {"rum": f"RUM{new_id()[-12:]}", "ics": "FR72ZZZ123456", "signed_on": "2026-11-20"},
        "beneficiaries": [
            {
                "beneficiary_id": new_id(),
                "role": "main",
                "civility": "madame",
                "first_name": "Nadia",
                "last_name": "Morel",
                "birth_date": "1985-05-14",
                "nir": "285052912300119",
            },
            {
                "beneficiary_id": new_id(),
                "role": "child",
                "civility": None,
                "first_name": "Lou",
                "last_name": "Morel",
                "birth_date": "2015-02-03",
                "nir": None,
            },
        ],
        **changes,
    }


def delivery(
    type: str,
    data: dict[str, Any],
    sealed: dict[str, Any],
    *,
    sealer: EventSealer,
    time: datetime,
    tenant: str = "rives",
    event_id: str | None = None,
) -> Delivery:
    """The message as it would come off the bus."""
    envelope = Envelope(
        id=event_id or new_id(),
        source="/parapluie/quoting",
        type=type,
        subject=data["subscription_id"],
        time=time,
        tenant=tenant,
        sequence=1,
        correlation_id=new_id(),
        causation_id=new_id(),
        traceparent=None,
        data=data,
    )
    closed = orjson.dumps({"member": sealer.seal("member", sealed)}).decode()
    body = on_the_wire(envelope.to_json(), closed, None)
    return Delivery(body, envelope.id, type, type, False, 0, None, "parapluie.events")
