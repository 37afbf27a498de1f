"""What the neighbours say to claims, with defaults that a test changes where it matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.sealing import EventSealer
from plumbing.transport import Delivery

IBAN = "FR7630003000011234567890189"


def delivery(
    type: str,
    data: dict[str, Any],
    *,
    subject: str,
    time: datetime,
    sealed: dict[str, Any] | None = None,
    sealer: EventSealer | None = None,
    tenant: str = "rives",
    sequence: int = 1,
) -> Delivery:
    """The message as it would come off the bus."""
    envelope = Envelope(
        id=new_id(),
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
    closed = orjson.dumps({"claims": sealer.seal("claims", sealed)}).decode() if sealer and sealed else None
    return Delivery(
        on_the_wire(envelope.to_json(), closed, None), envelope.id, type, type, False, 0, None, "parapluie.events"
    )


@dataclass
class Family:
    """A contract of a mother and her child."""

    contract_id: str = field(default_factory=new_id)
    member_id: str = field(default_factory=new_id)
    mother_id: str = field(default_factory=new_id)
    child_id: str = field(default_factory=new_id)

    def created(self, **changes: Any) -> dict[str, Any]:
        """The clear part of quoting.contract.created.v1."""
        return {
            "contract_id": self.contract_id,
            "number": "RIS-0000000026",
            "subscription_id": new_id(),
            "quote_id": new_id(),
            "broker_id": new_id(),
            "product_code": "horizon-tns",
            "product_name": "Horizon TNS",
            "formula": "Horizon TNS 150",
            "formula_level": "150",
            "with_option": False,
            "regime": "self_employed",
            "monthly": "69.94",
            "valid_from": "2026-10-01",
            "debit_day": 5,
            "beneficiaries": [
                {"beneficiary_id": self.mother_id, "role": "main"},
                {"beneficiary_id": self.child_id, "role": "child"},
            ],
            **changes,
        }

    def details(self, **changes: Any) -> dict[str, Any]:
        """The part of quoting.contract.created.v1 sealed for claims."""
        return {
            "benefit_iban": IBAN,
            "account_holder": "Anne Roche",
            "beneficiaries": [
                {
                    "beneficiary_id": self.mother_id,
                    "first_name": "Anne",
                    "last_name": "Roche",
                    "birth_date": "1985-05-14",
                },
                {
                    "beneficiary_id": self.child_id,
                    "first_name": "Lou",
                    "last_name": "Roche",
                    "birth_date": "2015-02-03",
                },
            ],
            **changes,
        }

    def changed(self, **changes: Any) -> dict[str, Any]:
        """member.contract.changed.v1."""
        return {
            "contract_id": self.contract_id,
            "subscription_id": new_id(),
            "member_id": self.member_id,
            "number": "RIS-0000000026",
            "status": "active",
            "valid_from": "2026-10-01",
            **changes,
        }


def stored(document_id: str, claim_id: str, member_id: str, **changes: Any) -> dict[str, Any]:
    """documents.document.stored.v1."""
    return {
        "document_id": document_id,
        "kind": "claim.invoice",
        "subject": f"claim:{claim_id}",
        "owner": f"member:{member_id}",
        "media_type": "application/pdf",
        "size": 12345,
        "sha256": "0" * 64,
        **changes,
    }


def line(act: str = "generalist", **changes: Any) -> dict[str, Any]:
    """An act as a manager enters it."""
    return {"act": act, "care_date": "2026-11-10", "expense": "30.00", **changes}
