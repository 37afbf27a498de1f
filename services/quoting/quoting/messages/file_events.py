"""The events of a file's papers and pieces, beside the others in `publishes`."""

from __future__ import annotations

from decimal import Decimal

from plumbing.events import EventRegistry
from plumbing.http import fields
from plumbing.http.schema import Schema
from quoting.domain.people import Civility

NAME = 80


class Client(Schema):
    """Whom to tell, the broker in copy."""

    civility = fields.Choice(Civility, required=True)
    first_name = fields.Text(max=NAME, required=True)
    last_name = fields.Text(max=NAME, required=True)
    email = fields.Email(required=True)
    broker_email = fields.Email(required=True, allow_none=True)


class PieceAskedFor(Schema):
    """A piece to send along."""

    label = fields.Text(max=250, required=True)
    mandatory = fields.Boolean(required=True)


class Returner(Client):
    """Who signs by hand, who advises him, and what he sends back with the papers."""

    broker_email = fields.Email(required=True)
    broker_name = fields.Text(required=True)
    broker_phone = fields.Text(min=0, max=30, required=True)
    pieces = fields.List(fields.Nested(PieceAskedFor()), required=True)


class PieceRefused(Schema):
    """A manager refused a piece; which one is sealed, since a kind of piece may tell of a handicap."""

    subscription_id = fields.Id(required=True)
    file_id = fields.Id(required=True)
    broker_id = fields.Id(required=True)


class RefusalToTell(Client):
    """Which piece and why, in the manager's words."""

    label = fields.Text(max=250, required=True)
    reason = fields.Text(max=500, required=True)


_BROKER = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02"
_SUBSCRIPTION = "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a03"
_CLIENT = {
    "civility": "madame",
    "first_name": "Julie",
    "last_name": "Moreau",
    "email": "julie.moreau@example.org",
    "broker_email": "courtier@lemaire.example",
}


def declare_file_events(events: EventRegistry, *, ready: Schema) -> None:
    """Declare them; `ready` is what is said of papers to sign, however they are signed."""
    events.declare(
        "quoting.subscription.ready_to_return.v1",
        data=ready,
        summary="The papers of a handwritten signature are stored",
        example={
            "subscription_id": _SUBSCRIPTION,
            "broker_id": _BROKER,
            "quote_number": "RIS-0000000033",
            "product_name": "Horizon TNS",
            "formula": "Horizon TNS 300",
            "monthly": Decimal("115.23"),
            "documents": [
                {
                    "document_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a08",
                    "kind": "bia",
                    "title": "Bulletin individuel d’adhésion",
                    "sha256": "0f" * 32,
                    "size": 58231,
                    "pages": 2,
                }
            ],
        },
        sealed={"notifications": Returner()},
        sealed_example={
            "notifications": {
                **_CLIENT,
                "broker_name": "Cabinet Lemaire",
                "broker_phone": "+33198760000",
                "pieces": [{"label": "Relevé d’identité bancaire (RIB)", "mandatory": True}],
            }
        },
        heard_by=("notifications",),
    )
    events.declare(
        "quoting.piece.refused.v1",
        data=PieceRefused(),
        summary="A manager refused a piece: the client may send another",
        example={
            "subscription_id": _SUBSCRIPTION,
            "file_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a05",
            "broker_id": "0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a02",
        },
        sealed={"notifications": RefusalToTell()},
        sealed_example={
            "notifications": {
                **_CLIENT,
                "label": "Copie recto verso de votre pièce d’identité en cours de validité",
                "reason": "Le verso manque.",
            }
        },
        heard_by=("notifications",),
    )
