"""The events that documents hears, and the little it reads of them."""

from __future__ import annotations

from marshmallow import EXCLUDE

from documents.domain.access import InvalidReference, Subject
from documents.usecases.close_sending import close_sending
from documents.usecases.extend_readers import (
    hand_out_evidence,
    open_contract,
    open_quote,
    open_sealed_documents,
    welcome_member,
)
from documents.usecases.purge_ceremony import purge_ceremony
from plumbing.consumer import Context, Event, Subscriptions
from plumbing.errors import Permanent
from plumbing.http import fields
from plumbing.http.schema import Schema

SUBSCRIPTIONS = Subscriptions("documents")


class _Read(Schema):
    """Another service's words: what we do not read is left aside."""

    class Meta:
        unknown = EXCLUDE


class Issued(_Read):
    """What we read of quoting.quote.issued.v1."""

    quote_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)


class ContractCreated(_Read):
    """What we read of quoting.contract.created.v1."""

    contract_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)


class ContractChanged(_Read):
    """What we read of member.contract.changed.v1."""

    contract_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    member_id = fields.Id(required=True)


class SealedDocument(_Read):
    """One file of a sealed envelope."""

    sealed_document_id = fields.Id(required=True)


class EnvelopeSealed(_Read):
    """What we read of signature.envelope.sealed.v1."""

    subject = fields.Text(max=100, required=True)
    documents = fields.List(fields.Nested(SealedDocument()), required=True)


class EvidenceReleased(_Read):
    """What we read of signature.evidence.released.v1."""

    evidence_document_id = fields.Id(required=True)
    manager_id = fields.Text(max=80, required=True)


class CeremonyPurged(_Read):
    """What we read of signature.ceremony.purged.v1."""

    document_ids = fields.List(fields.Id(), required=True)


class ClaimSubmitted(_Read):
    """What we read of claims.claim.submitted.v1."""

    claim_id = fields.Id(required=True)


@SUBSCRIPTIONS.on("quoting.quote.issued.v1", schema=Issued())
def quote_issued(event: Event, context: Context) -> None:
    """Its broker reads what its client sends; who holds its link reads the quote."""
    open_quote(
        quote_id=event.data["quote_id"],
        subscription_id=event.data["subscription_id"],
        broker_id=event.data["broker_id"],
        uow=context.uow,
    )


@SUBSCRIPTIONS.on("quoting.contract.created.v1", schema=ContractCreated())
def contract_created(event: Event, context: Context) -> None:
    """Its broker reads the contract's papers."""
    open_contract(
        contract_id=event.data["contract_id"],
        subscription_id=event.data["subscription_id"],
        quote_id=event.data["quote_id"],
        broker_id=event.data["broker_id"],
        uow=context.uow,
    )


@SUBSCRIPTIONS.on("member.contract.changed.v1", schema=ContractChanged())
def contract_changed(event: Event, context: Context) -> None:
    """The member reads what belongs to his subscription, its quote and his contract."""
    welcome_member(
        subscription_id=event.data["subscription_id"],
        contract_id=event.data["contract_id"],
        member_id=event.data["member_id"],
        uow=context.uow,
    )


@SUBSCRIPTIONS.on("signature.envelope.sealed.v1", schema=EnvelopeSealed())
def envelope_sealed(event: Event, context: Context) -> None:
    """The sealed files are read by whoever is attached to what they are about."""
    try:
        subject = Subject.parse(event.data["subject"])
    except InvalidReference as error:
        raise Permanent("an envelope about no subject of ours") from error
    open_sealed_documents(
        subject=str(subject),
        document_ids=[document["sealed_document_id"] for document in event.data["documents"]],
        uow=context.uow,
    )


@SUBSCRIPTIONS.on("signature.evidence.released.v1", schema=EvidenceReleased())
def evidence_released(event: Event, context: Context) -> None:
    """Two managers agreed: the one who asked reads the evidence."""
    hand_out_evidence(
        document_id=event.data["evidence_document_id"], manager_id=event.data["manager_id"], uow=context.uow
    )


@SUBSCRIPTIONS.on("signature.ceremony.purged.v1", schema=CeremonyPurged())
def ceremony_purged(event: Event, context: Context) -> None:
    """Its sealed files and its evidence are deleted."""
    purge_ceremony(document_ids=event.data["document_ids"], uow=context.uow)


@SUBSCRIPTIONS.on("claims.claim.submitted.v1", schema=ClaimSubmitted())
def claim_submitted(event: Event, context: Context) -> None:
    """What was sent for the claim so far is one sending."""
    close_sending(claim_id=event.data["claim_id"], uow=context.uow)
