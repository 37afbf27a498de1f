"""POST /v1/ceremonies: another service has an act signed, by the people it names and nobody else."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from plumbing.http import Blueprint, idempotent, requires, services, unit_of_work
from signature.api.ceremonies import shown
from signature.api.schemas import CeremonyIn, CeremonyOut
from signature.domain.manifest import EnvelopeDocument
from signature.domain.signer import Adviser, Identity
from signature.usecases.open_ceremony import open_ceremony

opening = Blueprint("opening", __name__, description="Ouverture par un service")


@opening.route("/ceremonies")
class Openings(MethodView):
    @requires("service")
    @opening.arguments(CeremonyIn())
    @opening.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, Any]) -> Response:
        """Open a ceremony on stored documents."""
        ceremony = open_ceremony(
            uow=unit_of_work(),
            subject=body["subject"].lower(),
            product_name=body["product_name"],
            quote_number=body["number"],
            documents=tuple(
                EnvelopeDocument(position=position, **each) for position, each in enumerate(body["documents"], start=1)
            ),
            identities=[Identity(**each) for each in body["signers"]],
            adviser=Adviser(**{**body["adviser"], "id": body["adviser"]["id"] or ""}),
            provider=services().config.provider,
            member_id=body["member_id"],
        )
        return shown(ceremony)
