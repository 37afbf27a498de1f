"""The events that member publishes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from member.domain.contracts import ContractStatus
from member.domain.links import Purpose
from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema

EVENTS = EventRegistry("member")

_MEMBER = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a01"


class AccountInvited(Schema):
    """Somebody may now choose a password."""

    member_id = fields.Id(required=True)
    purpose = fields.Choice(Purpose, required=True)
    expires_at = fields.Instant(required=True)


class LinkToSend(Schema):
    """To whom the link goes, and its secret."""

    email = fields.Email(required=True)
    civility = fields.Text(max=20, required=True, allow_none=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)
    token = fields.Text(required=True)


class ContractChanged(Schema):
    """A member's contract exists, or has changed."""

    contract_id = fields.Id(required=True)
    subscription_id = fields.Id(required=True)
    member_id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)
    status = fields.Choice(ContractStatus, required=True)
    valid_from = fields.Day(required=True)


class DetailsChanged(Schema):
    """A member's contact details are new."""

    member_id = fields.Id(required=True)


class ContactDetails(Schema):
    """Where to reach a member, and how to address him."""

    email = fields.Email(required=True)
    mobile = fields.Text(max=30, required=True, allow_none=True)
    civility = fields.Text(max=20, required=True, allow_none=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)


class PreferencesChanged(Schema):
    """How a member wants to be told of his benefits."""

    member_id = fields.Id(required=True)
    benefits_by_email = fields.Boolean(required=True)
    benefits_by_sms = fields.Boolean(required=True)


EVENTS.declare(
    "member.account.invited.v1",
    data=AccountInvited(),
    summary="A one-time link to choose a password must be sent",
    example={"member_id": _MEMBER, "purpose": "opening", "expires_at": datetime(2026, 11, 9, 9, 30, tzinfo=UTC)},
    sealed={"notifications": LinkToSend()},
    sealed_example={
        "notifications": {
            "email": "paul.durand@example.org",
            "civility": "monsieur",
            "first_name": "Paul",
            "last_name": "Durand",
            "token": "Zm9yIHRoZSBleGFtcGxlIG9ubHksIG5vIHNlY3JldA",
        }
    },
    # No link lives longer; a reset link's half hour is in `expires_at`.
    sealed_ttl=timedelta(days=7),
    heard_by=("notifications",),
)

EVENTS.declare(
    "member.contract.changed.v1",
    data=ContractChanged(),
    summary="A member's contract was created or changed",
    example={
        "contract_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02",
        "subscription_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03",
        "member_id": _MEMBER,
        "number": "RIS-C-00000012",
        "status": "active",
        "valid_from": date(2026, 12, 1),
    },
    heard_by=("claims", "documents", "notifications", "quoting"),
)

EVENTS.declare(
    "member.details.changed.v1",
    data=DetailsChanged(),
    summary="A member's contact details changed",
    example={"member_id": _MEMBER},
    sealed={"notifications": ContactDetails()},
    sealed_example={
        "notifications": {
            "email": "paul.durand@example.org",
            "mobile": "+33612345678",
            "civility": "monsieur",
            "first_name": "Paul",
            "last_name": "Durand",
        }
    },
    heard_by=("notifications",),
)

EVENTS.declare(
    "member.preferences.changed.v1",
    data=PreferencesChanged(),
    summary="A member chose how to be told of his benefits",
    example={"member_id": _MEMBER, "benefits_by_email": True, "benefits_by_sms": False},
    heard_by=("notifications",),
)
