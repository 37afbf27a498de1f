"""The little that notifications reads of its neighbours' events. What is not read is left aside."""

from __future__ import annotations

from marshmallow import EXCLUDE

from plumbing.http import fields
from plumbing.http.schema import Schema


class Read(Schema):
    """Another service's words."""

    class Meta:
        unknown = EXCLUDE


class Addressee(Read):
    """Whom to write to."""

    email = fields.Email(required=True)
    civility = fields.Text(max=20, min=0, load_default="", allow_none=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)


class ProductPaper(Read):
    """A document that goes with a quote."""

    document_id = fields.Id(required=True)
    title = fields.Text(required=True)


class QuoteIssued(Read):
    quote_id = fields.Id(required=True)
    subscription_id = fields.Id(load_default=None)
    number = fields.Text(max=40, required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(required=True)
    monthly = fields.Amount(required=True)
    expires_on = fields.Day(required=True)
    document_id = fields.Id(required=True)
    broker_id = fields.Text(max=80, required=True)
    documents = fields.List(fields.Nested(ProductPaper()), required=True)


class QuoteClient(Addressee):
    """The client, his adviser, and the secret of his link."""

    broker_email = fields.Email(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(max=30, min=0, required=True)
    link_secret = fields.Text(required=True)


class QuoteEnded(Read):
    quote_id = fields.Id(required=True)


class SubscriptionSubmitted(Read):
    subscription_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)


class FileTransmitted(Read):
    subscription_id = fields.Id(required=True)


class PaperToSign(Read):
    """A paper that a client signs by hand."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(required=True)


class ReadyToReturn(Read):
    subscription_id = fields.Id(required=True)
    product_name = fields.Text(required=True)
    documents = fields.List(fields.Nested(PaperToSign()), required=True, min=1)


class PieceToReturn(Read):
    label = fields.Text(required=True)
    mandatory = fields.Boolean(required=True)


class HandSigner(Addressee):
    """Who signs by hand, and who advises him."""

    broker_email = fields.Email(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(max=30, min=0, required=True)
    pieces = fields.List(fields.Nested(PieceToReturn()), required=True)


class PieceRefused(Read):
    subscription_id = fields.Id(required=True)


class RefusalToTell(Addressee):
    label = fields.Text(required=True)
    reason = fields.Text(max=500, required=True)


class ContractCreated(Read):
    contract_id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)
    quote_id = fields.Id(required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(required=True)
    monthly = fields.Amount(required=True)
    valid_from = fields.Day(required=True)
    debit_day = fields.Integer(required=True)


class ContractClient(Addressee):
    broker_email = fields.Email(load_default=None, allow_none=True)


class CodeRequested(Read):
    expires_at = fields.Instant(required=True)


class CodeToSend(Read):
    mobile = fields.Text(max=20, required=True)
    text = fields.Text(max=320, lines=True, required=True)


class CeremonyEnded(Read):
    subject = fields.Text(max=80, required=True)
    product_name = fields.Text(load_default="", min=0)


class CeremonyFailed(CeremonyEnded):
    cause = fields.Text(max=40, load_default="")


class SignerToTell(Addressee):
    broker_email = fields.Email(required=True)
    co_signer_emails = fields.List(fields.Email(), load_default=list)


class CeremonyBlocked(CeremonyEnded):
    expires_at = fields.Instant(required=True)


class CeremonyRelieved(CeremonyBlocked):
    kind = fields.Choice(("again", "other_mobile"), required=True)


class SignerRelieved(SignerToTell):
    mobile_masked = fields.Text(max=20, required=True)


class SealedDocument(Read):
    sealed_document_id = fields.Id(required=True)
    title = fields.Text(required=True)


class EnvelopeSealed(CeremonyEnded):
    documents = fields.List(fields.Nested(SealedDocument()), required=True, min=1)


class AccountInvited(Read):
    member_id = fields.Id(required=True)
    purpose = fields.Choice(("opening", "reset"), required=True)
    expires_at = fields.Instant(required=True)


class LinkToSend(Addressee):
    token = fields.Text(required=True)


class ContractChanged(Read):
    contract_id = fields.Id(required=True)
    member_id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)


class DetailsChanged(Read):
    member_id = fields.Id(required=True)


class ContactDetails(Addressee):
    mobile = fields.Text(max=30, load_default=None, allow_none=True)


class PreferencesChanged(Read):
    member_id = fields.Id(required=True)
    benefits_by_email = fields.Boolean(required=True)
    benefits_by_sms = fields.Boolean(required=True)


class ClaimSubmitted(Read):
    contract_id = fields.Id(required=True)
    member_id = fields.Id(required=True)


class ClaimDecided(ClaimSubmitted):
    outcome = fields.Choice(("accepted", "refused"), required=True)
    amount = fields.Amount(required=True)


class BenefitPaid(ClaimSubmitted):
    amount = fields.Amount(required=True)
    paid_on = fields.Day(required=True)
