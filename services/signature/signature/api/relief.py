"""POST /v1/ceremonies/{id}/relief: what the adviser does when the SMS does not reach his client."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import ValidationError

from plumbing.http import Blueprint, idempotent, requires, unit_of_work
from plumbing.http.texts import e164_mobile
from signature.api.callers import circumstances, reach
from signature.api.ceremonies import shown
from signature.api.schemas import CeremonyOut, ReliefIn
from signature.domain.relief import Relief, ReliefKind
from signature.domain.signer import IdentityIncomplete, mobile_by_hand
from signature.usecases.relieve_ceremony import relieve_ceremony

relief = Blueprint("relief", __name__, description="Aide du conseiller")


@relief.route("/ceremonies/<id:ceremony_id>/relief")
class Reliefs(MethodView):
    @requires("broker", "manager")
    @relief.arguments(ReliefIn())
    @relief.response(200, CeremonyOut())
    @idempotent
    def post(self, body: dict[str, Any], ceremony_id: str) -> Response:
        """Have codes sent again, confirm another number, or go on with paper."""
        ceremony = relieve_ceremony(
            uow=unit_of_work(),
            ceremony_id=ceremony_id,
            reach=reach(),
            relief=Relief(body["kind"], body["reason"], _mobile(body)),
            by=circumstances(),
        )
        return shown(ceremony)


def _mobile(body: dict[str, Any]) -> str | None:
    if body["kind"] != ReliefKind.OTHER_MOBILE:
        return None
    try:
        return mobile_by_hand(body["mobile"] or "") if body["vouched_for"] else e164_mobile(body["mobile"] or "")
    except (ValidationError, ValueError):
        raise IdentityIncomplete("mobile") from None
