"""The events that quoting publishes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema
from quoting.domain.mandate import DEBIT_DAYS, LONGEST_REFERENCE
from quoting.domain.people import Civility
from quoting.domain.quote import VALIDITY
from quoting.domain.subscription import Role, SignatureMode
from quoting.messages.file_events import declare_file_events
from quoting.messages.quote_ends import declare_quote_ends

EVENTS = EventRegistry("quoting")

LINK_LIFE = VALIDITY + timedelta(days=1)
"""How long a quote's link opens a new subscription: its last day is counted whole."""

NAME = 80
NIR = 15
IBAN = 34


def _sha256() -> fields.Text:
    return fields.Text(min=64, max=64, required=True)


class _Person(Schema):
    """Whom to address."""

    civility = fields.Choice(Civility, required=True)
    first_name = fields.Text(max=NAME, required=True)
    last_name = fields.Text(max=NAME, required=True)
    email = fields.Email(required=True)


class AttachedDocument(Schema):
    """A product document that goes with a quote."""

    document_id = fields.Id(required=True)
    title = fields.Text(max=200, required=True)


class QuoteIssued(Schema):
    """A quote's PDF is stored and its link is alive."""

    quote_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    version = fields.Integer(minimum=1, required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(max=120, required=True)
    formula = fields.Text(max=120, required=True)
    monthly = fields.Amount(required=True)
    expires_on = fields.Day(required=True)
    document_id = fields.Id(required=True)
    sha256 = _sha256()
    broker_id = fields.Id(required=True)
    documents = fields.List(fields.Nested(AttachedDocument()), required=True)


class QuoteRecipient(_Person):
    """Whom the quote is for, who advises him, and the secret of his link."""

    broker_email = fields.Email(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(min=0, max=30, required=True)
    link_secret = fields.Secret(min=43, max=43, required=True, load_only=False)


class SubscriptionSubmitted(Schema):
    """A client validated his payment details: his request is stored."""

    subscription_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    product_code = fields.Text(max=60, required=True)
    signature_mode = fields.Choice(SignatureMode, required=True)
    teletransmission = fields.Boolean(required=True)
    marketing_objection = fields.Boolean(required=True)


class Subscriber(_Person):
    """Who he is, for the account that member opens."""

    birth_name = fields.Text(max=NAME, required=True, allow_none=True)
    birth_date = fields.BirthDate(required=True)
    mobile = fields.Mobile(required=True, allow_none=True)
    address = fields.Text(max=120, required=True)
    address_extra = fields.Text(max=120, required=True, allow_none=True)
    postcode = fields.Text(max=10, required=True)
    town = fields.Text(max=80, required=True)
    country = fields.Text(min=2, max=2, required=True)


class PaperToSign(Schema):
    """One paper of the envelope."""

    document_id = fields.Id(required=True)
    kind = fields.Text(max=60, required=True)
    title = fields.Text(max=200, required=True)
    sha256 = _sha256()
    size = fields.Integer(minimum=1, required=True)
    pages = fields.Integer(minimum=1, required=True)


class ReadyToSign(Schema):
    """The papers to sign are stored, in the order in which they are read; `broker_id` is who advises."""

    subscription_id = fields.Id(required=True)
    broker_id = fields.Id()
    quote_number = fields.Text(max=20, required=True)
    product_name = fields.Text(max=120, required=True)
    formula = fields.Text(max=120, required=True)
    monthly = fields.Amount(required=True)
    documents = fields.List(fields.Nested(PaperToSign()), min=1, required=True)


class Signer(_Person):
    """Who signs, how he is reached, and who advises him."""

    mobile = fields.Mobile(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(min=0, max=30, required=True)
    broker_email = fields.Email(required=True)


class FileTransmitted(Schema):
    """The first supporting document of a file has come: the managers may take it up."""

    subscription_id = fields.Id(required=True)
    file_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)


class CoveredPerson(Schema):
    """Somebody covered, without what identifies him."""

    beneficiary_id = fields.Id(required=True)
    role = fields.Choice(Role, required=True)


class ContractCreated(Schema):
    """« Adhésion créée »: from here on the contract is member's."""

    contract_id = fields.Id(required=True)
    number = fields.Text(max=20, required=True)
    subscription_id = fields.Id(required=True)
    quote_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(max=120, required=True)
    formula = fields.Text(max=60, required=True)
    formula_level = fields.Text(max=20, required=True)
    with_option = fields.Boolean(required=True)
    regime = fields.Text(max=60, required=True)
    monthly = fields.Amount(required=True)
    valid_from = fields.Day(required=True)
    debit_day = fields.Integer(minimum=DEBIT_DAYS[0], maximum=DEBIT_DAYS[-1], required=True)
    beneficiaries = fields.List(fields.Nested(CoveredPerson()), min=1, required=True)


class NamedPerson(Schema):
    """Somebody covered, by name."""

    beneficiary_id = fields.Id(required=True)
    first_name = fields.Text(max=NAME, required=True)
    last_name = fields.Text(max=NAME, required=True)
    birth_date = fields.BirthDate(required=True)


class IdentifiedPerson(NamedPerson):
    """The same with what member keeps of him."""

    role = fields.Choice(Role, required=True)
    civility = fields.Choice(Civility, required=True, allow_none=True)
    nir = fields.Text(min=NIR, max=NIR, required=True, allow_none=True)


class SignedMandate(Schema):
    """The SEPA mandate as signed."""

    rum = fields.Text(max=LONGEST_REFERENCE, required=True)
    ics = fields.Text(max=35, required=True)
    signed_on = fields.Day(required=True)


class ContractForMember(Schema):
    """What member keeps: identity numbers, accounts, mandate."""

    email = fields.Email(required=True)
    nir = fields.Text(min=NIR, max=NIR, required=True)
    iban = fields.Text(max=IBAN, required=True)
    account_holder = fields.Text(max=120, required=True)
    benefit_iban = fields.Text(max=IBAN, required=True)
    mandate = fields.Nested(SignedMandate(), required=True)
    beneficiaries = fields.List(fields.Nested(IdentifiedPerson()), min=1, required=True)


class ContractForClaims(Schema):
    """What claims needs to reimburse."""

    benefit_iban = fields.Text(max=IBAN, required=True)
    account_holder = fields.Text(max=120, required=True)
    beneficiaries = fields.List(fields.Nested(NamedPerson()), min=1, required=True)


class ContractRecipient(_Person):
    """Whom to tell, the broker in copy."""

    broker_email = fields.Email(required=True)


_QUOTE = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a01"
_BROKER = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02"
_SUBSCRIPTION = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03"
_PERSON = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a04"
_FILE = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a05"
_CONTRACT = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a06"
_MAIN = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a07"
_DOCUMENT = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a08"
_SHA256 = "0f" * 32
_JULIE = {
    "civility": "madame",
    "first_name": "Julie",
    "last_name": "Moreau",
    "email": "julie.moreau@example.org",
}
_ADVISER = {
    "broker_name": "Cabinet Lemaire",
    "broker_phone": "+33198760000",
    "broker_email": "courtier@lemaire.example",
}
_NAMED = {
    "beneficiary_id": _MAIN,
    "first_name": "Julie",
    "last_name": "Moreau",
    "birth_date": date(1985, 5, 14),
}
_ACCOUNTS = {"benefit_iban": "FR1420041010050500013M02606", "account_holder": "Julie Moreau"}
_SOLD: dict[str, Any] = {
    "product_code": "horizon-tns",
    "product_name": "Horizon TNS",
    "formula": "Horizon TNS 300",
    "monthly": Decimal("115.23"),
}

EVENTS.declare(
    "quoting.quote.issued.v1",
    data=QuoteIssued(),
    summary="A quote's PDF is stored, its thirty days have begun",
    example={
        **_SOLD,
        "quote_id": _QUOTE,
        "subscription_id": _SUBSCRIPTION,
        "number": "RIS-0000000033",
        "version": 1,
        "expires_on": date(2026, 12, 23),
        "document_id": _DOCUMENT,
        "sha256": _SHA256,
        "broker_id": _BROKER,
        "documents": [{"document_id": _DOCUMENT, "title": "Règles générales Horizon TNS"}],
    },
    sealed={"notifications": QuoteRecipient()},
    sealed_example={"notifications": {**_JULIE, **_ADVISER, "link_secret": "s" * 43}},
    sealed_ttl=LINK_LIFE,
    heard_by=("notifications", "documents"),
)
EVENTS.declare(
    "quoting.subscription.submitted.v1",
    data=SubscriptionSubmitted(),
    summary="A client submitted his request to join",
    example={
        "subscription_id": _SUBSCRIPTION,
        "quote_id": _QUOTE,
        "person_id": _PERSON,
        "product_code": "horizon-tns",
        "signature_mode": "electronic",
        "teletransmission": True,
        "marketing_objection": False,
    },
    sealed={"member": Subscriber()},
    sealed_example={
        "member": {
            **_JULIE,
            "birth_name": None,
            "birth_date": date(1985, 5, 14),
            "mobile": "+33612345678",
            "address": "12 rue de la République",
            "address_extra": None,
            "postcode": "16000",
            "town": "Angoulême",
            "country": "FR",
        }
    },
    heard_by=("member", "notifications"),
)
EVENTS.declare(
    "quoting.subscription.ready_to_sign.v1",
    data=ReadyToSign(),
    summary="The papers of an electronic signature are stored",
    example={
        "subscription_id": _SUBSCRIPTION,
        "broker_id": _BROKER,
        "quote_number": "RIS-0000000033",
        "product_name": "Horizon TNS",
        "formula": "Horizon TNS 300",
        "monthly": Decimal("115.23"),
        "documents": [
            {
                "document_id": _DOCUMENT,
                "kind": "bia",
                "title": "Bulletin individuel d’adhésion",
                "sha256": _SHA256,
                "size": 58231,
                "pages": 2,
            }
        ],
    },
    sealed={"signature": Signer()},
    sealed_example={"signature": {**_JULIE, **_ADVISER, "mobile": "+33612345678"}},
    heard_by=("signature",),
)
declare_quote_ends(EVENTS)
declare_file_events(EVENTS, ready=ReadyToSign())
EVENTS.declare(
    "quoting.file.transmitted.v1",
    data=FileTransmitted(),
    summary="« Dossier transmis »: the first supporting document has come",
    example={"subscription_id": _SUBSCRIPTION, "file_id": _FILE, "broker_id": _BROKER},
    audience="optional",
    heard_by=("notifications",),
)
EVENTS.declare(
    "quoting.contract.created.v1",
    data=ContractCreated(),
    summary="« Adhésion créée »: the contract exists",
    example={
        **_SOLD,
        "contract_id": _CONTRACT,
        "number": "RIS-0000000026",
        "subscription_id": _SUBSCRIPTION,
        "quote_id": _QUOTE,
        "broker_id": _BROKER,
        "formula_level": "300",
        "with_option": False,
        "regime": "general",
        "valid_from": date(2026, 12, 1),
        "debit_day": 5,
        "beneficiaries": [{"beneficiary_id": _MAIN, "role": "main"}],
    },
    sealed={"member": ContractForMember(), "claims": ContractForClaims(), "notifications": ContractRecipient()},
    sealed_example={
        "member": {
            **_ACCOUNTS,
            "email": "julie.moreau@example.org",
            "nir": "285051601500173",
            "iban": "FR1420041010050500013M02606",
            "mandate": {"rum": "RIS-0000000033-1", "ics": "FR18ZZZ421733", "signed_on": date(2026, 11, 24)},
            "beneficiaries": [{**_NAMED, "role": "main", "civility": "madame", "nir": "285051601500173"}],
        },
        "claims": {**_ACCOUNTS, "beneficiaries": [_NAMED]},
        "notifications": {**_JULIE, "broker_email": "courtier@lemaire.example"},
    },
    heard_by=("member", "claims", "documents", "notifications", "partners"),
)
