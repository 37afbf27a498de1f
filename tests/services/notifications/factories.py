"""What the neighbours say to notifications, with defaults that a test changes where it matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from plumbing.envelope import Envelope, on_the_wire
from plumbing.ids import new_id
from plumbing.sealing import EventSealer
from plumbing.transport import Delivery

LINK = "l1nk-s3cret-of-the-quote"
TOKEN = "t0ken-of-the-account"
BROKER = "courtier@lemaire.example"
MOBILE = "+33612345678"


def delivery(
    type: str,
    data: dict[str, Any],
    *,
    subject: str,
    time: datetime,
    sealed: dict[str, Any] | None = None,
    sealer: EventSealer,
    tenant: str = "rives",
    sequence: int = 1,
    sealed_until: datetime | None = None,
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
    closed = orjson.dumps({"notifications": sealer.seal("notifications", sealed)}).decode() if sealed else None
    body = on_the_wire(envelope.to_json(), closed, sealed_until)
    return Delivery(body, envelope.id, type, type, False, 0, None, "parapluie.events")


@dataclass
class Client:
    """Anne Roche, from her quote to her contract; each method is (type, data, sealed) of one event about her."""

    quote_id: str = field(default_factory=new_id)
    subscription_id: str = field(default_factory=new_id)
    ceremony_id: str = field(default_factory=new_id)
    contract_id: str = field(default_factory=new_id)
    member_id: str = field(default_factory=new_id)
    claim_id: str = field(default_factory=new_id)
    quote_pdf: str = field(default_factory=new_id)
    ipid: str = field(default_factory=new_id)
    signed: str = field(default_factory=new_id)
    evidence: str = field(default_factory=new_id)
    email: str = "anne.roche@client.example"

    @property
    def person(self) -> dict[str, Any]:
        return {"civility": "madame", "first_name": "Anne", "last_name": "Roche", "email": self.email}

    def quote_issued(self, **changes: Any) -> Said:
        data = {
            "quote_id": self.quote_id,
            "number": "RIS-0000000033",
            "version": 1,
            "product_code": "horizon-tns",
            "product_name": "Horizon TNS",
            "formula": "Horizon TNS 150",
            "monthly": "69.94",
            "expires_on": "2026-12-21",
            "document_id": self.quote_pdf,
            "sha256": "0" * 64,
            "broker_id": new_id(),
            "documents": [{"document_id": self.ipid, "title": "IPID Horizon TNS"}],
            **changes,
        }
        sealed = {
            **self.person,
            "broker_email": BROKER,
            "broker_name": "Cabinet Lemaire",
            "broker_phone": "+33198760000",
            "link_secret": LINK,
        }
        return Said("quoting.quote.issued.v1", self.quote_id, data, sealed)

    def quote_ended(self, end: str) -> Said:
        data = {"quote_id": self.quote_id, "number": "RIS-0000000033", "version": 1}
        return Said(f"quoting.quote.{end}.v1", self.quote_id, data)

    def submitted(self) -> Said:
        data = {"subscription_id": self.subscription_id, "quote_id": self.quote_id, "signature_mode": "electronic"}
        return Said("quoting.subscription.submitted.v1", self.subscription_id, data)

    def code_requested(self, text: str, expires_at: datetime) -> Said:
        data = {"ceremony_id": self.ceremony_id, "sequence": 1, "expires_at": expires_at.isoformat()}
        sealed = {"mobile": MOBILE, "text": text}
        return Said("signature.code.requested.v1", self.ceremony_id, data, sealed)

    def ceremony(self, end: str, **changes: Any) -> Said:
        data = {
            "ceremony_id": self.ceremony_id,
            "subject": f"subscription:{self.subscription_id}",
            "reference": "7K2M9QXA",
            "product_name": "Horizon TNS",
            **changes,
        }
        return Said(f"signature.ceremony.{end}.v1", self.ceremony_id, data, {**self.person, "broker_email": BROKER})

    def envelope_sealed(self) -> Said:
        data = {
            "ceremony_id": self.ceremony_id,
            "subject": f"subscription:{self.subscription_id}",
            "reference": "7K2M9QXA",
            "product_name": "Horizon TNS",
            "sealed_at": "2026-11-21T09:00:00Z",
            "level": "PAdES-B-B",
            "documents": [
                {
                    "document_id": new_id(),
                    "sealed_document_id": self.signed,
                    "kind": "signed.bia",
                    "title": "Bulletin individuel d’adhésion",
                    "sha256": "0" * 64,
                }
            ],
            "evidence_document_id": self.evidence,
        }
        return Said("signature.envelope.sealed.v1", self.ceremony_id, data, {**self.person, "broker_email": BROKER})

    def ready_to_return(self) -> Said:
        paper = {"sha256": "0" * 64, "size": 1000, "pages": 1}
        data = {
            "subscription_id": self.subscription_id,
            "quote_number": "RIS-0000000033",
            "product_name": "Horizon TNS",
            "formula": "Horizon TNS 150",
            "monthly": "69.94",
            "documents": [
                {**paper, "document_id": new_id(), "kind": "advice", "title": "Fiche d’information et de conseil"},
                {**paper, "document_id": self.signed, "kind": "bia", "title": "Bulletin individuel d’adhésion"},
                {**paper, "document_id": new_id(), "kind": "mandate", "title": "Mandat de prélèvement SEPA"},
            ],
        }
        sealed = {
            **self.person,
            "broker_email": BROKER,
            "broker_name": "Cabinet Lemaire",
            "broker_phone": "+33198760000",
            "pieces": [
                {"label": "Relevé d’identité bancaire (RIB)", "mandatory": True},
                {"label": "Copie de l’attestation d’assuré social de Léa", "mandatory": True},
                {"label": "Le cas échéant\u00a0: justificatif de domicile de moins de 3 mois", "mandatory": False},
            ],
        }
        return Said("quoting.subscription.ready_to_return.v1", self.subscription_id, data, sealed)

    def piece_refused(self, reason: str = "Le verso manque.") -> Said:
        data = {
            "subscription_id": self.subscription_id,
            "file_id": new_id(),
            "broker_id": new_id(),
        }
        sealed = {**self.person, "broker_email": BROKER, "label": "Copie de votre pièce d’identité", "reason": reason}
        return Said("quoting.piece.refused.v1", data["file_id"], data, sealed)

    def file_transmitted(self) -> Said:
        data = {"subscription_id": self.subscription_id, "file_id": new_id(), "broker_id": new_id()}
        return Said("quoting.file.transmitted.v1", self.subscription_id, data)

    def contract_created(self) -> Said:
        data = {
            "contract_id": self.contract_id,
            "number": "RIS-0000000026",
            "subscription_id": self.subscription_id,
            "quote_id": self.quote_id,
            "product_name": "Horizon TNS",
            "formula": "Horizon TNS 150",
            "monthly": "69.94",
            "valid_from": "2026-12-01",
            "debit_day": 5,
        }
        return Said("quoting.contract.created.v1", self.contract_id, data, {**self.person, "broker_email": BROKER})

    def contract_changed(self) -> Said:
        data = {"contract_id": self.contract_id, "member_id": self.member_id, "number": "RIS-0000000026"}
        return Said("member.contract.changed.v1", self.contract_id, data)

    def invited(self, expires_at: datetime, purpose: str = "opening") -> Said:
        data = {"member_id": self.member_id, "purpose": purpose, "expires_at": expires_at.isoformat()}
        return Said("member.account.invited.v1", self.member_id, data, {**self.person, "token": TOKEN})

    def details(self, mobile: str | None = MOBILE, **changes: Any) -> Said:
        sealed = {**self.person, "mobile": mobile, **changes}
        return Said("member.details.changed.v1", self.member_id, {"member_id": self.member_id}, sealed)

    def prefers(self, *, email: bool, sms: bool) -> Said:
        data = {"member_id": self.member_id, "benefits_by_email": email, "benefits_by_sms": sms}
        return Said("member.preferences.changed.v1", self.member_id, data)

    def claim(self, step: str, **changes: Any) -> Said:
        data = {
            "claim_id": self.claim_id,
            "contract_id": self.contract_id,
            "member_id": self.member_id,
            **changes,
        }
        return Said(f"claims.claim.{step}.v1", self.claim_id, data)

    def benefit_paid(self) -> Said:
        data = {
            "benefit_id": new_id(),
            "claim_id": self.claim_id,
            "contract_id": self.contract_id,
            "member_id": self.member_id,
            "amount": "25.20",
            "paid_on": "2026-11-21",
        }
        return Said("claims.benefit.paid.v1", self.claim_id, data)


@dataclass
class Said:
    """One event of a neighbour's."""

    type: str
    subject: str
    data: dict[str, Any]
    sealed: dict[str, Any] | None = None
